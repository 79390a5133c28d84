import { parseProfile } from '../../src/profile/parse-profile.ts'
import type { Profile } from '../../src/profile/profile.ts'
import type { ErrorCode, ErrorFacts } from '../../src/errors/poolkey-error.ts'
import { PoolkeyError } from '../../src/errors/poolkey-error.ts'

type FactsFor<C extends ErrorCode> = (text: string) => ErrorFacts[C][]

/** Facts of every code and of every variant of it; `text` stands wherever a file, a server or a person supplies text. */
export const EVERY_FAILURE: { [C in ErrorCode]: FactsFor<C> } = {
  usage: (text) => [{ problem: text }, { problem: text, fix: text }],
  'config-unreadable': (text) => [text, 'EACCES'].map((reason) => ({ file: text, reason })),
  'config-unwritable': (text) => [text, 'EROFS', 'ENOSPC'].map((reason) => ({ file: text, reason })),
  'config-syntax': (text) => [{ file: text, line: 3, problem: text }],
  'profile-unknown': (text) => [
    { profile: text, file: text, known: [] },
    { profile: text, file: text, known: [text, text], similar: text },
    { profile: 'default', file: text, known: [text], inside: text },
  ],
  'profile-foreign': (text) => [
    { profile: text, file: text, line: 1, own: [] },
    { profile: text, file: text, line: 1, own: [text], writtenFrom: text },
  ],
  'setting-unknown': (text) => [
    { place: placeIn(text), key: text },
    { place: { ...placeIn(text), inheritedBy: text }, key: text, nearest: text },
  ],
  'setting-invalid': (text) => [{ place: placeIn(text), key: text, value: text, allowed: text }],
  'setting-missing': (text) => [
    { profile: text, file: text, key: text, neededFor: text },
    { profile: text, file: text, line: 3, key: text, neededFor: text },
  ],
  'setting-conflict': (text) => [
    { place: placeIn(text), key: text, with: text, problem: text },
    { place: placeIn(text), key: 'cognito_exchange', with: text, problem: text },
  ],
  'environment-invalid': (text) => [{ variable: text, value: text, allowed: text }],
  'configure-refused': (text) => [{ profile: text, file: text, line: 3, key: text }],
  'store-mismatch': (text) => [{ store: text, requested: text }],
  'no-exchange': (text) => [{ profile: text }],
  'scope-missing': (text) => [{ profile: text, scope: text }],
  'other-person': (text) => [{ current: text, next: text }],
  'token-file-unusable': (text) => [{ path: text, problem: text }],
  'life-too-short': () => [{ wantedSeconds: 40_000, gotSeconds: 3600 }],
  'write-refused': (text) => [
    { reason: 'itself', name: text, profile: text },
    { reason: 'configured', name: text, profile: text, file: text, line: 3, key: text },
    { reason: 'foreign', name: text, profile: text, file: text, line: 3 },
    { reason: 'changed', name: text, profile: text, file: text, line: 3 },
  ],
  'import-unusable': (text) => [
    { source: text, problem: text },
    { source: text, problem: text, place: { line: 3, column: 7 }, fix: text },
  ],
  'no-token': (text) => [{ profile: text }],
  'console-refused': (text) => [{ host: text, status: 400, profile: text }],
  'no-browser': (text) => [{ profile: text, detail: text }],
  'console-not-opened': (text) => [{ profile: text, seconds: 60 }],
  'sign-in-required': (text) =>
    (
      ['none', 'ended', 'damaged', 'no-refresh-token', 'in-progress', 'unfinished', 'no-browser'] as const
    ).map((reason) => ({
      profile: text,
      reason,
    })),
  'person-changed': (text) => [{ profile: text }],
  'sign-in-refused': (text) => [
    { error: text },
    { error: text, description: text },
    ...[
      'unauthorized_client',
      'invalid_scope',
      'invalid_request',
      'login_required',
      'server_error',
      'access_denied',
    ].map((error) => ({ error, description: text })),
  ],
  'token-refused': (text) =>
    (['code', 'refresh', 'revoke'] as const).flatMap((grant) => [
      { grant, error: text, status: 400 },
      ...['invalid_client', 'invalid_grant', 'unauthorized_client', 'unsupported_token_type'].map(
        (error) => ({
          grant,
          error,
          description: text,
          status: 400,
        }),
      ),
    ]),
  'id-token-invalid': (text) =>
    ['presence', 'signature', 'exp', 'iss', 'aud', 'nonce', 'sub', text].map((check) => ({
      check,
      expected: text,
      got: text,
    })),
  'challenge-unanswerable': (text) => [{ challenge: text }],
  'service-refused': (text) => [
    { service: 'user pool', operation: 'InitiateAuth', name: 'NotAuthorizedException', message: text },
    { service: 'user pool', operation: text, name: 'InvalidPasswordException', message: text, status: 400 },
    { service: 'identity pool', operation: text, name: text, message: text },
    { service: 'STS', operation: text, name: text, message: text, status: 403 },
    {
      service: 'identity pool',
      operation: 'GetId',
      name: 'InvalidParameterException',
      message: `${text} failed to satisfy constraint ${text}`,
    },
  ],
  network: (text) =>
    (['name', 'connect', 'tls', 'reset', 'proxy', 'timeout'] as const).map((kind) => ({
      host: text,
      operation: text,
      kind,
      detail: text,
    })),
  'unexpected-answer': (text) =>
    (['server-error', 'throttled', 'redirect', 'firewall', 'html', 'not-the-protocol'] as const).flatMap(
      (kind) => [
        { host: text, operation: text, kind },
        { host: text, operation: text, kind, status: 503, detail: text },
      ],
    ),
  'deadline-exceeded': (text) => [{ waitedFor: text, seconds: 50 }],
  'nobody-answered': () => [{ seconds: 300 }],
  'lock-held': (text) => [
    { lock: text, pid: undefined, seconds: 10 },
    { lock: text, pid: 4711, seconds: 10 },
  ],
  'web-sign-out-unconfirmed': (text) => [{ seconds: 60, clientId: text, logoutUri: text }],
  'sign-in-timeout': (text) => [
    { seconds: 300, clientId: text, redirectUri: text, opened: 'here' },
    { seconds: 300, clientId: text, redirectUri: text, opened: 'by hand' },
    { seconds: 300, clientId: text, redirectUri: text, opened: 'here', unreachable: text, because: text },
  ],
  'redirect-ports-taken': (text) => [
    { redirectUris: [text, text], holders: [] },
    { redirectUris: [text], holders: [text] },
  ],
  'port-taken': (text) => [
    { port: 8400, holders: [], isForbidden: false },
    { port: 8400, holders: [text], isForbidden: false },
    { port: 443, holders: [], isForbidden: true },
  ],
  'keychain-unavailable': (text) =>
    (['library', 'service', 'no-keyring', 'locked', 'timeout', 'denied'] as const).flatMap((problem) => [
      { problem },
      { problem, detail: text },
    ]),
  'key-missing': (text) => [
    { store: 'keychain', vaultFile: text },
    { store: text, vaultFile: text },
  ],
  'passphrase-missing': () => [{ problem: 'none' }, { problem: 'empty' }],
  'passphrase-wrong': (text) => [{ path: text }],
  'client-secret-damaged': (text) => [{ profile: text, problem: text }],
  'vault-damaged': (text) => [{ path: text, problem: text }],
  'vault-unsafe': (text) => [{ path: text, problem: text }],
  'vault-io': (text) =>
    ['ENOSPC', 'EACCES', text].flatMap((errno) =>
      (['read', 'write'] as const).map((operation) => ({ path: text, operation, errno })),
    ),
  'value-unquotable': (text) => [{ variable: text, shell: text }],
  'program-not-found': (text) => [
    { program: '' },
    { program: `./${text}` },
    { program: text },
    { program: `${text} x` },
    { program: `A=${text}` },
  ],
  'program-not-runnable': (text) =>
    ['batch-file', 'no-interpreter', 'EACCES', 'E2BIG', text].map((problem) => ({ program: text, problem })),
  'output-closed': (text) => [{ errno: 'EPIPE' }, { errno: text }],
  interrupted: () => (['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const).map((signal) => ({ signal })),
}

/** An error of every code and variant. */
export function everyError(text: string): PoolkeyError[] {
  return codesOf(EVERY_FAILURE).flatMap((code) => errorsOf(code, text))
}

export function errorsOf<C extends ErrorCode>(code: C, text: string): PoolkeyError<C>[] {
  const facts: FactsFor<C> = EVERY_FAILURE[code]
  return facts(text).map((one) => new PoolkeyError(code, one))
}

export function codesOf(table: Record<ErrorCode, unknown>): ErrorCode[] {
  return Object.keys(table) as ErrorCode[]
}

/** A profile as a person writes it, with changes to its lines. */
export function profileWith(change: Record<string, string> = {}): Profile {
  const keys = {
    region: 'eu-west-1',
    cognito_user_pool_id: 'eu-west-1_AbCdEf123',
    cognito_client_id: '1example23456789',
    cognito_domain: 'acme.auth.eu-west-1.amazoncognito.com',
    cognito_identity_pool_id: 'eu-west-1:11111111-2222-3333-4444-555555555555',
    ...change,
  }
  const lines = Object.entries(keys).flatMap(([key, value]) => (value === '' ? [] : [`${key} = ${value}`]))
  return parseProfile({
    name: 'dev',
    env: {},
    configFile: '/home/me/.aws/config',
    configText: ['[profile dev]', ...lines, ''].join('\n'),
    credentialsFile: '/home/me/.aws/credentials',
    credentialsText: '',
    readFile: () => '',
  })
}

function placeIn(text: string) {
  return { file: text, line: 7, profile: text }
}
