/**
 * Every failure in words: what happened, what mends it, how the process ends. One wording for the terminal, JSON and doctor.
 */
import type { Profile } from '../profile/profile.ts'
import { plainText } from './plain-text.ts'
import type { ErrorCode, ErrorFacts, PoolkeyError, SettingPlace } from './poolkey-error.ts'
import { causeOf } from './service-causes.ts'

export interface Explanation {
  what: string
  fix: string | undefined
  exitCode: number
}

interface CatalogueEntry<C extends ErrorCode> {
  exitCode: number | ((facts: ErrorFacts[C]) => number)
  what: (facts: ErrorFacts[C], profile: Profile | undefined) => string
  fix?: (facts: ErrorFacts[C], profile: Profile | undefined) => string | undefined
}

/** What a person is told. `profile` fills in ids where it is known. Everything is safe to print. */
export function explainError<C extends ErrorCode>(error: PoolkeyError<C>, profile?: Profile): Explanation {
  const entry: CatalogueEntry<C> = CATALOGUE[error.code]
  const fix = entry.fix?.(error.facts, profile)
  return {
    what: plainText(entry.what(error.facts, profile)),
    fix: fix === undefined ? undefined : plainText(fix),
    exitCode: typeof entry.exitCode === 'number' ? entry.exitCode : entry.exitCode(error.facts),
  }
}

function at(place: SettingPlace): string {
  const inherited = place.inheritedBy === undefined ? '' : `, inherited by ${place.inheritedBy}`
  return `${place.file}:${place.line} [${place.profile}${inherited}]`
}

const login = (profile: Profile | undefined, name?: string) =>
  `run: poolkey login --profile ${quoted(profile?.name ?? name ?? 'default')}`

function quoted(name: string): string {
  return /^[\w.@:+/%-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`
}

const CLOCK_FIX = "set this machine's clock, then try again"

const CATALOGUE: { [C in ErrorCode]: CatalogueEntry<C> } = {
  usage: { exitCode: 2, what: ({ problem }) => problem, fix: ({ fix }) => fix ?? 'see poolkey --help' },

  'config-unreadable': {
    exitCode: 3,
    what: ({ file, reason }) => `cannot read ${file}: ${reason}`,
    fix: ({ file }) => `make ${file} readable for you, or name another with AWS_CONFIG_FILE`,
  },
  'config-unwritable': {
    exitCode: 3,
    what: ({ file, reason }) => `cannot write ${file}: ${reason}`,
    fix: ({ file }) => `make ${file} and its folder writable for you`,
  },
  'config-syntax': {
    exitCode: 3,
    what: ({ file, line, problem }) => `${file}:${line}: ${problem}`,
    fix: () => 'correct that line: every AWS tool stumbles over it',
  },
  'profile-unknown': {
    exitCode: 3,
    what: ({ profile, file }) => `there is no profile ${profile} in ${file}`,
    fix: ({ known }) =>
      known.length === 0
        ? 'add the profile as the README shows, or run: poolkey emulate'
        : `name one with --profile or AWS_PROFILE; known: ${known.slice(0, 12).join(', ')}${known.length > 12 ? ', ...' : ''}`,
  },
  'setting-unknown': {
    exitCode: 3,
    what: ({ place, key }) => `${at(place)}: unknown setting ${key}`,
    fix: ({ nearest }) => (nearest === undefined ? 'remove it' : `did you mean ${nearest}?`),
  },
  'setting-invalid': {
    exitCode: 3,
    what: ({ place, key, value }) => `${at(place)}: ${key} = ${value} is not valid`,
    fix: ({ key, allowed }) => `set ${key} to ${allowed}`,
  },
  'setting-missing': {
    exitCode: 3,
    what: ({ profile, key, neededFor }) => `profile ${profile} has no ${key}, which ${neededFor} needs`,
    fix: ({ profile, file, key, line }) =>
      `add ${key} = ... to profile ${profile} in ${file}${line === undefined ? '' : ` (line ${line})`}`,
  },
  'setting-conflict': {
    exitCode: 3,
    what: ({ place, key, problem }) => `${at(place)}: ${key}: ${problem}`,
    fix: (facts) => `remove ${facts.key}, or change ${facts.with}`,
  },
  'environment-invalid': {
    exitCode: 3,
    what: ({ variable, value }) => `environment variable ${variable} = ${value} is not valid`,
    fix: ({ variable, allowed }) => `set ${variable} to ${allowed}`,
  },
  'store-mismatch': {
    exitCode: 3,
    what: ({ store, requested }) => `this vault keeps its key in the ${store} store, not ${requested}`,
    fix: ({ store }) =>
      `unset POOLKEY_STORE or set it to ${store}; to start over with another store: poolkey logout --all`,
  },
  'no-exchange': {
    exitCode: 3,
    what: ({ profile }) => `profile ${profile} only signs in: it names neither an identity pool nor a role`,
    fix: () => 'add cognito_identity_pool_id, or cognito_role_arn for a role that trusts the user pool',
  },
  'other-person': {
    exitCode: 3,
    what: ({ current, next }) =>
      `${next} signed in, but the session belongs to ${current}; it was left as it is`,
    fix: () => 'run login again with --yes to replace it, or give each their own cognito_session',
  },

  'sign-in-required': {
    exitCode: 4,
    what: ({ profile, reason }) =>
      ({
        none: `nobody is signed in for profile ${profile}`,
        ended: `the session of profile ${profile} has ended`,
        damaged: `the stored session of profile ${profile} is damaged`,
        'no-refresh-token': `the session of profile ${profile} cannot be refreshed`,
      })[reason],
    fix: ({ profile }) => login(undefined, profile),
  },

  'sign-in-refused': {
    exitCode: 5,
    what: ({ error, description }) =>
      `the sign-in was refused: ${error}${description === undefined ? '' : ` (${description})`}`,
    fix: ({ error }, profile) => SIGN_IN_FIXES[error]?.(profile) ?? login(profile),
  },
  'token-refused': {
    exitCode: 5,
    what: ({ grant, error, description }) =>
      `the token endpoint refused the ${{ code: 'authorization code', refresh: 'refresh token', revoke: 'revocation' }[grant]}: ${error}${description === undefined ? '' : ` (${description})`}`,
    fix: ({ error }, profile) => TOKEN_FIXES[error]?.(profile) ?? login(profile),
  },
  'id-token-invalid': {
    exitCode: 5,
    what: ({ check, expected, got }) =>
      `the ID token was refused: ${check}${expected === undefined ? '' : `, expected ${expected}`}${got === undefined ? '' : `, got ${got}`}`,
    fix: ({ check }, profile) =>
      check === 'exp' || check === 'iat'
        ? CLOCK_FIX
        : `check cognito_user_pool_id and cognito_client_id of profile ${profile?.name ?? 'in use'}`,
  },
  'service-refused': {
    exitCode: 5,
    what: (facts, profile) => {
      const known = causeOf(facts, profile)
      return known
        ? `${known.what} (${facts.name})`
        : `${facts.operation} was refused: ${facts.name}: ${facts.message}`
    },
    fix: (facts, profile) => causeOf(facts, profile)?.fix,
  },

  network: {
    exitCode: 6,
    what: ({ host, operation, kind, detail }) =>
      ({
        name: `cannot find the host ${host} for ${operation} (${detail})`,
        connect: `cannot connect to ${host} for ${operation} (${detail})`,
        tls: `no trusted connection to ${host} for ${operation} (${detail})`,
        reset: `${host} broke off the connection during ${operation} (${detail})`,
        proxy: `the proxy did not connect to ${host} for ${operation} (${detail})`,
        timeout: `${host} did not answer ${operation} in time (${detail})`,
      })[kind],
    fix: ({ kind }) =>
      ({
        name: 'check the network and the host name in the profile',
        connect: 'check the network, and HTTPS_PROXY and NO_PROXY if there is a proxy',
        tls: 'if your network has its own certificate authority, name its file in AWS_CA_BUNDLE',
        reset: 'try again',
        proxy: 'check HTTPS_PROXY and NO_PROXY',
        timeout: 'check the network, then try again',
      })[kind],
  },
  'unexpected-answer': {
    exitCode: 6,
    what: ({ host, operation, kind, status, detail }) => {
      const code = status === undefined ? '' : ` (HTTP ${status})`
      const more = detail === undefined ? '' : `: ${detail}`
      return {
        'server-error': `${host} failed at ${operation}${code}${more}`,
        throttled: `${host} is throttling ${operation}${code}`,
        redirect: `${host} answered ${operation} with a redirect${code}: something between here and there, such as a captive portal`,
        firewall: `a firewall (WAF) in front of ${host} refused ${operation}${code}`,
        html: `${host} answered ${operation} with a web page${code}: something between here and there, such as a captive portal`,
        'not-the-protocol': `${host} gave ${operation} an answer that is not the protocol's${code}${more}`,
      }[kind]
    },
    fix: ({ kind }) =>
      ({
        'server-error': 'try again in a moment',
        throttled: 'try again in a moment',
        redirect: "sign in to the network you are on, and check the profile's domain and endpoints",
        firewall:
          'let requests with a loopback redirect_uri pass (AWS managed rule EC2MetaDataSSRF_QUERYARGUMENTS blocks them)',
        html: "sign in to the network you are on, and check the profile's domain and endpoints",
        'not-the-protocol': "check the profile's domain and endpoints",
      })[kind],
  },
  'deadline-exceeded': {
    exitCode: 6,
    what: ({ waitedFor, seconds }) => `gave up after ${seconds} s, waiting for ${waitedFor}`,
    fix: () => 'try again',
  },
  'lock-held': {
    exitCode: 6,
    what: ({ lock, pid, seconds }) =>
      `another poolkey${pid === undefined ? '' : ` (process ${pid})`} has held the ${lock} lock for ${seconds} s`,
    fix: ({ pid }) =>
      pid === undefined ? 'try again' : `wait for process ${pid} to finish, or end it, then try again`,
  },
  'sign-in-timeout': {
    exitCode: 6,
    what: ({ seconds }) => `nobody came back from the browser within ${seconds} s`,
    fix: ({ clientId, redirectUri }) =>
      `if the browser showed an error page, register ${redirectUri} as a callback URL of app client ${clientId}; else run login again`,
  },
  'redirect-ports-taken': {
    exitCode: 6,
    what: ({ redirectUris, holders }) =>
      `no callback port is free: ${redirectUris.join(', ')}${holders.length === 0 ? '' : ` (held by ${holders.join(', ')})`}`,
    fix: () =>
      'end the program that holds the port, or register another callback URL and add it to cognito_redirect_uri',
  },

  'keychain-unavailable': {
    exitCode: 7,
    what: ({ problem, detail }) =>
      `${
        {
          library: "the system's keychain library cannot be loaded",
          service: 'no keychain service answers',
          locked: 'the keychain is locked',
          timeout: 'the keychain did not answer in time',
          denied: 'the keychain refused access',
        }[problem]
      }${detail === undefined ? '' : ` (${detail})`}`,
    fix: ({ problem }) =>
      problem === 'locked' || problem === 'timeout' || problem === 'denied'
        ? 'unlock the keychain, then try again'
        : 'start a keychain (on Linux a Secret Service such as gnome-keyring, with libsecret), or keep the key in a file of mode 0600: poolkey login --store file',
  },
  'key-missing': {
    exitCode: 7,
    what: ({ store, vaultFile }) =>
      `the ${store} holds no key for the vault of ${vaultFile}: locked, or removed`,
    fix: ({ store }) =>
      store === 'keychain'
        ? 'unlock the keychain and try again; if the key is gone for good: poolkey logout --all, then login'
        : 'poolkey logout --all, then login',
  },
  'vault-damaged': {
    exitCode: 7,
    what: ({ path, problem }) => `${path} is damaged: ${problem}`,
    fix: () => 'run: poolkey logout --all, then login',
  },
  'vault-unsafe': {
    exitCode: 7,
    what: ({ path, problem }) => `${path} is refused: ${problem}`,
    fix: ({ path }) => `look at who put it there, remove ${path}, then try again`,
  },
  'vault-io': {
    exitCode: 7,
    what: ({ path, operation, errno }) => `cannot ${operation} ${path} (${errno})`,
    fix: ({ errno }) =>
      errno === 'ENOSPC' || errno === 'EDQUOT'
        ? 'free some disk space'
        : 'make the folder writable, or set POOLKEY_HOME',
  },

  interrupted: {
    exitCode: ({ signal }) => ({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 })[signal],
    what: ({ signal }) => `ended by ${signal}`,
  },
}

const clientOf = (profile?: Profile) => profile?.signIn?.clientId ?? 'this app client'

// RFC 6749 4.1.2.1 codes as Cognito sends them to the redirect URI.
const SIGN_IN_FIXES: Record<string, (profile: Profile | undefined) => string> = {
  unauthorized_client: (profile) => `allow the authorization code grant for app client ${clientOf(profile)}`,
  invalid_scope: (profile) => `allow the scopes of cognito_scopes for app client ${clientOf(profile)}`,
  login_required: () => 'remove cognito_prompt = none, then sign in',
}

// RFC 6749 5.2 codes of the token endpoint.
const TOKEN_FIXES: Record<string, (profile: Profile | undefined) => string> = {
  invalid_client: (profile) =>
    `check cognito_client_id (${clientOf(profile)}); if the app client has a secret, give it with POOLKEY_CLIENT_SECRET`,
  unauthorized_client: (profile) =>
    `allow the authorization code grant for app client ${clientOf(profile)}, and check that cognito_redirect_uri is registered exactly as written`,
}
