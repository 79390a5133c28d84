import { describe, expect, test } from 'vitest'
import { parseCredentials, serializeCredentials } from '../../src/broker/credentials-entry.ts'
import type { StoredCredentials } from '../../src/broker/credentials-entry.ts'
import { FieldError } from '../../src/broker/json-fields.ts'
import { parseSession, serializeSession } from '../../src/broker/session-entry.ts'
import type { EndedSession, Session, StoredSession } from '../../src/broker/session-entry.ts'
import { PoolkeyError } from '../../src/errors/poolkey-error.ts'
import { Secret } from '../../src/secret.ts'
import { readClaims } from '../../src/sign-in/claims.ts'
import { idTokenClaims } from '../sign-in/support/tokens.ts'

const AT = new Date('2026-11-21T10:00:00.123Z')

const SESSION: Session = {
  state: 'active',
  signInId: 'a-sign-in',
  signedInAt: AT,
  idToken: new Secret('CANARY-id'),
  accessToken: new Secret('CANARY-access'),
  refreshToken: new Secret('CANARY-refresh'),
  accessTokenExpiresAt: new Date('2026-11-21T11:00:00Z'),
  claims: readClaims(idTokenClaims({ 'custom:team': 'storage' })),
  keys: { keys: [{ kty: 'RSA', kid: 'key-1', n: 'n', e: 'AQAB' }] },
  identityIds: { 'eu-west-1:pool': 'eu-west-1:identity' },
  clockSkewMs: -7_200_000,
  boot: { id: 'a-boot', at: new Date('2026-11-20T08:00:00Z') },
}
const ENDED: EndedSession = { state: 'ended', who: 'ada@example.com', endedAt: AT }
const CREDENTIALS: StoredCredentials = {
  credentials: {
    accessKeyId: 'ASIAABCDEFGHIJKLMNOP',
    secretAccessKey: new Secret('CANARY-secret'),
    sessionToken: new Secret('CANARY-token'),
    expiration: new Date('2026-11-21T11:00:00Z'),
    accountId: '111122223333',
    roleArn: 'arn:aws:iam::111122223333:role/Reader',
  },
  issuedAt: AT,
  signInId: 'a-sign-in',
  clockSkewMs: 42,
  boot: { id: 'a-boot', at: new Date('2026-11-20T08:00:00Z') },
}

/** Secrets in clear, so that two values can be compared. */
function plain(value: unknown): unknown {
  if (value instanceof Secret) return `revealed ${value.reveal()}`
  if (value instanceof Date || typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(plain)
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]))
}

/** The entry with one field changed; `undefined` removes it. */
function damaged(bytes: Buffer, name: string, value: unknown): Buffer {
  const fields = JSON.parse(bytes.toString()) as Record<string, unknown>
  return Buffer.from(JSON.stringify({ ...fields, [name]: value }))
}

function fieldsOf(bytes: Buffer): string[] {
  return Object.keys(JSON.parse(bytes.toString()) as object)
}

function errorOf(action: () => unknown): unknown {
  try {
    action()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}

describe('a session', () => {
  test.each<[string, StoredSession]>([
    ['of somebody', SESSION],
    ['without a refresh token', { ...SESSION, refreshToken: undefined }],
    ['without an identity ID', { ...SESSION, identityIds: {} }],
    ['on a system that does not name its starts', { ...SESSION, boot: undefined }],
    ['that has ended', ENDED],
  ])('%s is read back as it was written', (_name, session) => {
    expect(plain(parseSession(serializeSession(session)))).toEqual(plain(session))
  })

  const required = fieldsOf(serializeSession(SESSION)).filter(
    (name) => !['refreshToken', 'boot', 'state'].includes(name),
  )

  test('holds what it has to', () => {
    expect(required.toSorted()).toEqual(
      [
        'version',
        'signInId',
        'signedInAt',
        'idToken',
        'accessToken',
        'accessTokenExpiresAt',
        'claims',
        'keys',
        'identityIds',
        'clockSkewMs',
      ].toSorted(),
    )
  })

  test.each([...required, 'refreshToken', 'boot'])('with a damaged %s is refused, not quoted', (name) => {
    const values = [null, true, [], {}, ...(['refreshToken', 'boot'].includes(name) ? [] : [undefined])]
    if (name !== 'clockSkewMs') values.push(17)
    const isText = ['signInId', 'idToken', 'accessToken', 'refreshToken'].includes(name)
    if (!isText) values.push('CANARY')
    for (const value of values.filter((one) => !(name === 'identityIds' && isEmptyObject(one)))) {
      const error = errorOf(() => parseSession(damaged(serializeSession(SESSION), name, value)))
      const isOurs = error instanceof FieldError || error instanceof PoolkeyError
      expect([name, value, isOurs]).toEqual([name, value, true])
      expect(String(error)).not.toContain('CANARY')
    }
  })

  test.each(['version', 'who', 'endedAt'])('that has ended with a damaged %s is refused', (name) => {
    for (const value of [undefined, null, 17, {}]) {
      expect(errorOf(() => parseSession(damaged(serializeSession(ENDED), name, value)))).toBeInstanceOf(
        FieldError,
      )
    }
  })

  test('of another version, or no JSON at all, is refused without a word of its content', () => {
    for (const text of ['', 'CANARY', '{"CANARY', '[]', 'null', '"CANARY"', '{"version":2}', '{}']) {
      const error = errorOf(() => parseSession(Buffer.from(text)))
      expect(error).toBeInstanceOf(FieldError)
      expect(String(error)).not.toContain('CANARY')
    }
  })
})

describe('credentials', () => {
  test.each<[string, StoredCredentials]>([
    ['of a sign-in', CREDENTIALS],
    [
      'of a guest, of an unknown role',
      {
        ...CREDENTIALS,
        signInId: undefined,
        credentials: { ...CREDENTIALS.credentials, accountId: undefined, roleArn: undefined },
      },
    ],
  ])('%s are read back as they were written', (_name, stored) => {
    expect(plain(parseCredentials(serializeCredentials(stored)))).toEqual(plain(stored))
  })

  test.each(fieldsOf(serializeCredentials(CREDENTIALS)))('with a damaged %s are refused', (name) => {
    const isOptional = ['accountId', 'roleArn', 'signInId', 'boot'].includes(name)
    const values: unknown[] = [null, true, [], {}, ...(isOptional ? [] : [undefined])]
    if (name !== 'clockSkewMs') values.push(17)
    if (['expiration', 'issuedAt', 'clockSkewMs', 'version'].includes(name)) values.push('CANARY')
    for (const value of values) {
      const error = errorOf(() => parseCredentials(damaged(serializeCredentials(CREDENTIALS), name, value)))
      expect([name, value, error instanceof FieldError]).toEqual([name, value, true])
      expect(String(error)).not.toContain('CANARY')
    }
  })
})

function isEmptyObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
