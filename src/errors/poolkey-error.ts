/** Where a setting stands: enough for a person to put the cursor on it. `inheritedBy` is the profile that takes it from `profile`. */
export interface SettingPlace {
  file: string
  line: number
  profile: string
  inheritedBy?: string
}

/**
 * Every way poolkey fails on purpose, with the facts the catalogue turns into what happened and how to mend it.
 * Facts are plain values and never secrets; text that a server or a file supplied is neutralised when it is printed.
 */
export interface ErrorFacts {
  // How poolkey was called (exit 2)
  usage: { problem: string; fix?: string }

  // Configuration (exit 3)
  'config-unreadable': { file: string; reason: string }
  'config-unwritable': { file: string; reason: string }
  'config-syntax': { file: string; line: number; problem: string }
  'profile-unknown': {
    profile: string
    file: string
    known: string[]
    /** The one of them that is written most like it. */
    similar?: string | undefined
    /** Where `[name]` stands without the word `profile`, which AWS tools do not read. */
    bareSectionLine?: number
    /** None was named, and this is whose credentials the shell was given by `exec`. */
    inside?: string
  }
  /** A profile without `cognito_*` keys; `own`: those that have them; `writtenFrom`: the one whose credentials `write` put there. */
  'profile-foreign': { profile: string; file: string; line: number; own: string[]; writtenFrom?: string }
  'setting-unknown': { place: SettingPlace; key: string; nearest?: string }
  'setting-invalid': { place: SettingPlace; key: string; value: string; allowed: string }
  'setting-missing': { profile: string; file: string; line?: number; key: string; neededFor: string }
  'setting-conflict': { place: SettingPlace; key: string; with: string; problem: string }
  'environment-invalid': { variable: string; value: string; allowed: string }
  /** A profile that `configure` leaves alone: `key` gives it other credentials. */
  'configure-refused': { profile: string; file: string; line: number; key: string }
  'store-mismatch': { store: string; requested: string }
  'no-exchange': { profile: string }
  /** Of the access token. */
  'scope-missing': { profile: string; scope: string }
  'other-person': { current: string; next: string }
  /** A value that no quoting of that dialect keeps from being more than a value. */
  'value-unquotable': { variable: string; shell: string }
  'token-file-unusable': { path: string; problem: string }
  'life-too-short': { wantedSeconds: number; gotSeconds: number }
  /** A section of the credentials file that `write` leaves alone; `key` is what stands in `file` at `line`. */
  'write-refused':
    | { reason: 'itself'; name: string; profile: string }
    | { reason: 'configured'; name: string; profile: string; file: string; line: number; key: string }
    | { reason: 'foreign' | 'changed'; name: string; profile: string; file: string; line: number }
  /** A file to import, of which nothing can be made; `fix` in place of the usual one. */
  'import-unusable': {
    source: string
    problem: string
    place?: { line: number; column: number }
    fix?: string
  }
  'no-token': { profile: string }
  'no-browser': { profile: string; detail: string }

  // A person is needed (exit 4)
  'sign-in-required': {
    profile: string
    reason: 'none' | 'ended' | 'damaged' | 'no-refresh-token' | 'in-progress' | 'unfinished' | 'no-browser'
  }

  /** Of a process that hands out one person's credentials. */
  'person-changed': { profile: string }

  // Refused by the person, the user pool, the identity pool or STS (exit 5)
  /** `redirectUri`: where the user pool's own page said so, which calls nobody back. */
  'sign-in-refused': { error: string; description?: string; redirectUri?: string }
  'token-refused': {
    grant: 'code' | 'refresh' | 'revoke'
    error: string
    description?: string
    status: number
  }
  'id-token-invalid': { check: string; expected?: string; got?: string }
  'service-refused': {
    service: 'identity pool' | 'STS' | 'user pool'
    operation: string
    name: string
    message: string
    status?: number
  }
  /** A question of the user pool that a terminal cannot answer, by its name. */
  'challenge-unanswerable': { challenge: string }
  'console-refused': { host: string; status: number; profile: string }

  // Network, time limits, throttling (exit 6)
  network: {
    host: string
    operation: string
    kind: 'name' | 'connect' | 'tls' | 'reset' | 'proxy' | 'timeout'
    detail: string
  }
  'unexpected-answer': {
    host: string
    operation: string
    status?: number
    kind: 'server-error' | 'throttled' | 'redirect' | 'firewall' | 'html' | 'not-the-protocol'
    detail?: string
  }
  'deadline-exceeded': { waitedFor: string; seconds: number }
  /** Somebody was asked at a terminal. */
  'nobody-answered': { seconds: number }
  'lock-held': { lock: string; pid: number | undefined; seconds: number }
  /**
   * `logoutUri`: a sign-out URL that was to be passed first, and was not. `opened`: who opened the page; somebody's browser
   * on another machine may not reach the callback here. `unreachable`: the hosted UI's host, which was not to be reached from here,
   * `because` of such an errno.
   */
  'sign-in-timeout': {
    seconds: number
    clientId: string
    redirectUri: string
    logoutUri?: string
    opened: 'here' | 'by hand'
    unreachable?: string
    because?: string
  }
  /** The browser was sent away to sign out, and did not come back. */
  'web-sign-out-unconfirmed': { seconds: number; clientId: string; logoutUri: string }
  'redirect-ports-taken': { redirectUris: string[]; holders: string[]; key?: string }
  /** `isForbidden`: the system gives this port to nobody without further rights. */
  'port-taken': { port: number; holders: string[]; isForbidden: boolean }
  'console-not-opened': { profile: string; seconds: number }

  // The vault and its key (exit 7)
  'keychain-unavailable': {
    problem: 'library' | 'service' | 'no-keyring' | 'locked' | 'timeout' | 'denied'
    detail?: string
  }
  'key-missing': { store: string; vaultFile: string }
  'passphrase-missing': { problem: 'none' | 'empty' }
  'passphrase-wrong': { path: string }
  'client-secret-damaged': { profile: string; problem: string }
  'vault-damaged': { path: string; problem: string }
  'vault-unsafe': { path: string; problem: string }
  'vault-io': { path: string; operation: 'read' | 'write'; errno: string }

  // What `exec` was to run (exit 126, 127)
  'program-not-found': { program: string }
  /** `problem`: `batch-file`, `no-interpreter`, or an errno. */
  'program-not-runnable': { program: string; problem: string }

  // The answer could not be handed over (exit 1)
  'output-closed': { errno: string }

  // Ended from outside (exit 128 + n)
  interrupted: { signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGQUIT' }
}

/** The name of a failure: control flow and exit codes go by it. */
export type ErrorCode = keyof ErrorFacts

/** The one error poolkey throws on purpose. Anything else that is thrown is a bug. */
export class PoolkeyError<C extends ErrorCode = ErrorCode> extends Error {
  readonly code: C
  readonly facts: ErrorFacts[C]

  constructor(code: C, facts: ErrorFacts[C], options?: { cause?: unknown }) {
    super(code, options)
    this.name = 'PoolkeyError'
    this.code = code
    this.facts = facts
  }
}

/** Whether `error` is poolkey's; `instanceof` alone would make a `PoolkeyError<any>` of it. */
export function isOurs(error: unknown): error is PoolkeyError {
  return error instanceof PoolkeyError
}

/** Whether `error` is poolkey's, and of this code. */
export function isPoolkeyError<C extends ErrorCode>(error: unknown, code: C): error is PoolkeyError<C> {
  return error instanceof PoolkeyError && error.code === code
}
