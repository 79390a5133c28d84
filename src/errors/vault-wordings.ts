/** The vault and its key (exit 7). */
import type { Profile } from '../profile/profile.ts'
import { FREE_SPACE, loginCommand, optional, sealSecret } from './explanation.ts'
import type { Wordings } from './explanation.ts'

// Nobody signs in for whom `login --store` could choose it.
const isGuests = (profile: Profile | undefined) => profile !== undefined && !profile.signIn

/** What to run when what is kept is lost; the store, where it is known, is forgotten with it. */
function startOver(profile: Profile | undefined, store?: string): string {
  const chosen = store === 'keychain' ? '' : store
  if (isGuests(profile))
    return `run: poolkey logout --all${optional(', then poolkey configure store ', chosen)}`
  const login = profile ? loginCommand(profile.name) : 'poolkey login'
  return `run: poolkey logout --all, then ${login}${optional(' --store ', chosen)}`
}

// Where there is no profile it is `configure store` that asks, which has no option of that name.
function otherStores(profile: Profile | undefined): string {
  if (!profile?.signIn)
    return 'keep the key under a passphrase (poolkey configure store passphrase) or in a file of mode 0600: poolkey configure store file'
  return `keep the key under a passphrase (--store passphrase) or in a file of mode 0600: ${loginCommand(profile.name)} --store file`
}

export const VAULT_WORDINGS: Wordings<
  | 'keychain-unavailable'
  | 'key-missing'
  | 'passphrase-missing'
  | 'passphrase-wrong'
  | 'client-secret-damaged'
  | 'vault-damaged'
  | 'vault-unsafe'
  | 'vault-io'
> = {
  'keychain-unavailable': {
    exitCode: 7,
    what: ({ problem, detail }) => {
      const text = {
        library: "the system's keychain library cannot be loaded",
        service: 'no keychain service answers',
        'no-keyring': 'the keychain service answers, but has no keyring to keep a key in',
        locked: 'the keychain is locked',
        timeout: 'the keychain did not answer in time',
        denied: 'the keychain refused access',
      }[problem]
      return `${text}${optional(' (', detail, ')')}`
    },
    fix: ({ problem }, profile) => {
      switch (problem) {
        case 'locked':
        case 'timeout':
          return 'unlock the keychain, then try again'
        case 'denied':
          return 'unlock the keychain, allow poolkey to use it when it asks, then try again'
        case 'library':
          return `install libsecret where this is Linux, elsewhere poolkey anew with its optional package, or ${otherStores(profile)}`
        case 'no-keyring':
          return `make a keyring, or unlock it: in the desktop's app for passwords, or by gnome-keyring-daemon --unlock (a password on stdin, without a line break), then try again; or ${otherStores(profile)}`
        case 'service':
          return `start a keychain (on Linux a Secret Service such as gnome-keyring, with libsecret), or ${otherStores(profile)}`
      }
    },
  },
  'key-missing': {
    exitCode: 7,
    what: ({ store, vaultFile }) =>
      store === 'keychain'
        ? `the keychain holds no key for the vault ${vaultFile}: it is locked, or the key was removed`
        : `the key of the vault ${vaultFile} is gone`,
    fix: ({ store }, profile) =>
      store === 'keychain'
        ? `unlock the keychain and try again; if the key is gone for good, ${startOver(profile)}`
        : startOver(profile, store),
  },
  'passphrase-missing': {
    exitCode: 7,
    what: ({ problem }) =>
      problem === 'none'
        ? "the vault's key is kept under a passphrase, and none was given"
        : 'an empty passphrase protects nothing',
    fix: () =>
      'give it in POOLKEY_PASSPHRASE, in a file named by POOLKEY_PASSPHRASE_FILE, or at the prompt of a terminal',
  },
  'passphrase-wrong': {
    exitCode: 7,
    what: ({ path }) => `the passphrase does not open ${path}`,
    fix: (_facts, profile) =>
      `check POOLKEY_PASSPHRASE and POOLKEY_PASSPHRASE_FILE, or type it again; if it is lost for good, ${startOver(profile, 'passphrase')}`,
  },
  'client-secret-damaged': {
    exitCode: 7,
    what: ({ profile, problem }) => `the sealed client secret of profile ${profile} is damaged: ${problem}`,
    fix: ({ profile }) => `seal it anew: ${sealSecret(profile)}`,
  },
  'vault-damaged': {
    exitCode: 7,
    what: ({ path, problem }) => `${path} is damaged: ${problem}`,
    fix: (_facts, profile) => startOver(profile),
  },
  'vault-unsafe': {
    exitCode: 7,
    what: ({ path, problem }) => `${path} is refused: ${problem}`,
    fix: ({ path }) => `look at who put it there, remove ${path}, then try again`,
  },
  'vault-io': {
    exitCode: 7,
    what: ({ path, operation, errno }) => `cannot ${operation} ${path} (${errno})`,
    fix: ({ path, operation, errno }) => {
      if (errno === 'ENOSPC' || errno === 'EDQUOT') return FREE_SPACE
      return operation === 'read'
        ? `make ${path} readable for you, or name another folder in POOLKEY_HOME`
        : 'make that folder writable for you, or name another in POOLKEY_HOME'
    },
  },
}
