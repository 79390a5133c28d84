/** How poolkey was called (exit 2), and what it is configured with (exit 3). */
import type { Profile } from '../profile/profile.ts'
import { clientOf, FREE_SPACE, optional, seeHelp, shellWord, withProfile } from './explanation.ts'
import type { Wordings } from './explanation.ts'
import type { SettingPlace } from './poolkey-error.ts'

const MOST_NAMES = 12
const DENIED = ['EACCES', 'EPERM', 'EROFS']
const NAME_ANOTHER = 'name another with AWS_CONFIG_FILE or AWS_SHARED_CREDENTIALS_FILE'

export const CONFIGURATION_WORDINGS: Wordings<
  | 'usage'
  | 'config-unreadable'
  | 'config-unwritable'
  | 'config-syntax'
  | 'profile-unknown'
  | 'profile-foreign'
  | 'setting-unknown'
  | 'setting-invalid'
  | 'setting-missing'
  | 'setting-conflict'
  | 'environment-invalid'
  | 'configure-refused'
  | 'store-mismatch'
  | 'no-exchange'
  | 'scope-missing'
  | 'other-person'
  | 'token-file-unusable'
  | 'life-too-short'
  | 'value-unquotable'
  | 'import-unusable'
> = {
  usage: { exitCode: 2, what: ({ problem }) => problem, fix: ({ fix }) => fix ?? seeHelp() },

  'config-unreadable': {
    exitCode: 3,
    what: ({ file, reason }) => `cannot read ${file}: ${reason}`,
    fix: ({ file, reason }) =>
      DENIED.includes(reason)
        ? `make ${file} readable for you, or ${NAME_ANOTHER}`
        : `make ${file} a file of UTF-8 text, or ${NAME_ANOTHER}`,
  },
  'config-unwritable': {
    exitCode: 3,
    what: ({ file, reason }) => `cannot write ${file}: ${reason}`,
    fix: ({ file, reason }) => {
      if (reason === 'ENOSPC' || reason === 'EDQUOT') return FREE_SPACE
      return DENIED.includes(reason)
        ? `make ${file} and its folder writable for you, or ${NAME_ANOTHER}`
        : `look at what ${file} is, or ${NAME_ANOTHER}`
    },
  },
  'config-syntax': {
    exitCode: 3,
    what: ({ file, line, problem }) => `${file}:${line}: ${problem}`,
    fix: () => 'correct that line: AWS tools stumble over it, too',
  },
  'profile-unknown': {
    exitCode: 3,
    what: ({ profile, file }) => `there is no profile ${profile} in ${file}`,
    fix: ({ profile, file, known, similar, bareSectionLine, inside }) => {
      if (inside !== undefined)
        return `name the profile, which exec does not hand on: --profile ${shellWord(inside)}`
      return bareSectionLine !== undefined
        ? `in line ${bareSectionLine} of ${file} write [profile ${profile}] in place of [${profile}]`
        : known.length === 0
          ? `write it by: ${withProfile('poolkey configure', profile)}; to try poolkey without one, run: poolkey demo`
          : `${similar === undefined ? '' : `did you mean ${similar}? `}${nameOne(known)}`
    },
  },
  'profile-foreign': {
    exitCode: 3,
    what: ({ profile, file, line, writtenFrom }) =>
      writtenFrom === undefined
        ? `profile ${profile} (${file}:${line}) has no cognito_ keys: it is none of poolkey's`
        : `[${profile}] (${file}:${line}) holds credentials that poolkey write put there from profile ${writtenFrom}`,
    fix: ({ profile, writtenFrom, own }) => {
      if (writtenFrom !== undefined) return `name that profile: --profile ${shellWord(writtenFrom)}`
      return own.length === 0
        ? `write them by: ${withProfile('poolkey configure', profile)}; to try poolkey without them, run: poolkey demo`
        : nameOne(own)
    },
  },
  'setting-unknown': {
    exitCode: 3,
    what: ({ place, key }) => `${at(place)}: unknown setting ${key}`,
    fix: ({ nearest, key }) =>
      nearest === undefined ? `remove ${key}: poolkey has no such setting` : `did you mean ${nearest}?`,
  },
  'setting-invalid': {
    exitCode: 3,
    what: ({ place, key, value }) => `${at(place)}: ${key} = ${value} is not valid`,
    // A line that is indented continues the one above it.
    fix: ({ key, allowed, value, place }) =>
      value.includes('\n')
        ? `take the blank off the beginning of line ${place.line + 1}, where that is a setting of its own: as it is, it continues ${key}`
        : `set ${key} to ${allowed}`,
  },
  'setting-missing': {
    exitCode: 3,
    what: ({ profile, key, neededFor }) => `profile ${profile} has no ${key}, which ${neededFor} needs`,
    fix: ({ profile, file, key, line, neededFor }, known) => {
      if (key === 'endpoint_url')
        return `add endpoint_url = URL to profile ${profile} in ${file}: that of the emulator, which poolkey emulate prints; AWS makes nothing of its tokens`
      return key === 'cognito_logout_uri'
        ? `register a sign-out URL such as ${signOutUriBeside(known)} with ${clientOf(known)}, then: ${withProfile(`poolkey configure --logout-uri ${signOutUriBeside(known)}`, profile)}`
        : `add ${key} = ...${key === 'cognito_domain' && neededFor.startsWith('signing in') ? ', or cognito_sign_in = password,' : ''} to profile ${profile} in ${file}${optional(' (line ', line, ')')}`
    },
  },
  'setting-conflict': {
    exitCode: 3,
    what: ({ place, key, problem }) => `${at(place)}: ${key}: ${problem}`,
    fix: (facts) =>
      facts.with === facts.key
        ? `change ${facts.key}, or remove it`
        : `remove ${facts.key}, or change ${facts.with}`,
  },
  'environment-invalid': {
    exitCode: 3,
    what: ({ variable, value }) =>
      value === ''
        ? `environment variable ${variable} is not set, or empty`
        : `environment variable ${variable} = ${value} is not valid`,
    fix: ({ variable, allowed }) => `set ${variable} to ${allowed}`,
  },
  'configure-refused': {
    exitCode: 3,
    what: ({ profile, file, line, key }) =>
      `profile ${profile} has its credentials from elsewhere: ${key} (${file}:${line})`,
    fix: () => 'choose another name with --profile; or put poolkey in the place of that with --force',
  },
  'store-mismatch': {
    exitCode: 3,
    what: ({ store, requested }) => `this vault keeps its key in the ${store} store, not ${requested}`,
    fix: ({ store, requested }) =>
      `leave out --store and POOLKEY_STORE, or set them to ${store}; to move the key: poolkey configure store ${requested}`,
  },
  'no-exchange': {
    exitCode: 3,
    what: ({ profile }) => `profile ${profile} only signs in: it names neither an identity pool nor a role`,
    fix: ({ profile }) =>
      `add cognito_identity_pool_id to profile ${profile}, or cognito_role_arn for a role that trusts the user pool`,
  },
  'scope-missing': {
    exitCode: 3,
    what: ({ profile, scope }) => `the sign-in of profile ${profile} has no scope ${scope}`,
    fix: ({ scope }, profile) =>
      `allow ${scope} for ${clientOf(profile)}, add it to cognito_scopes, and sign in anew`,
  },
  'other-person': {
    exitCode: 3,
    what: ({ current, next }) =>
      `${next} signed in, but the session belongs to ${current}; it was left as it is`,
    fix: () => 'run login again with --yes to replace it, or give each their own cognito_session',
  },
  'token-file-unusable': {
    exitCode: 3,
    what: ({ path, problem }) => `${path} cannot be the token file: ${problem}`,
    fix: () =>
      'name a file that does not exist yet, in a folder that only you can write (it is removed at the end); one that a killed poolkey serve left: remove it',
  },
  'life-too-short': {
    exitCode: 3,
    what: ({ wantedSeconds, gotSeconds }) =>
      `the credentials live ${gotSeconds} s; at least ${wantedSeconds} s were asked for`,
    // An identity pool's enhanced flow always gives an hour.
    fix: (_facts, profile) =>
      profile?.exchange.kind === 'enhanced' && !profile.chain
        ? 'ask for less: the enhanced flow gives an hour at most; cognito_duration_seconds works with the other flows'
        : 'raise cognito_duration_seconds as far as the role allows, or ask for less',
  },
  'import-unusable': {
    exitCode: 3,
    what: ({ source, place, problem }) =>
      place ? `${source}, line ${place.line}, column ${place.column}: ${problem}` : `${source}: ${problem}`,
    fix: ({ fix }) =>
      fix ??
      'give the file as it was generated (amplify_outputs.json, aws-exports.js, stack outputs as JSON, ...), or the values as options: poolkey configure --help',
  },
  'value-unquotable': {
    exitCode: 3,
    what: ({ variable, shell }) => `the value of ${variable} cannot be written safely for ${shell}`,
    fix: () => 'name another --shell, or run the program itself: poolkey exec -- COMMAND',
  },
}

function nameOne(names: string[]): string {
  const more = names.length > MOST_NAMES ? ', ... (all: poolkey configure list)' : ''
  return `name one with --profile or AWS_PROFILE; known: ${names.slice(0, MOST_NAMES).join(', ')}${more}`
}

function at(place: SettingPlace): string {
  return `${place.file}:${place.line} [${place.profile}${optional(', inherited by ', place.inheritedBy)}]`
}

/** One at which the listener of the callback is reached, too. */
function signOutUriBeside(profile: Profile | undefined): string {
  return new URL('/logout', profile?.signIn?.redirectUris[0] ?? 'http://localhost:8400').href
}
