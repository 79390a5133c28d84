import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkCredentials } from '../../src/exchange/credentials.ts'
import type { UncheckedCredentials } from '../../src/exchange/credentials.ts'
import { failureOf } from '../profile/failure.ts'

const ABOUT = { host: 'sts.example.com', operation: 'AssumeRole' }
const GOOD: UncheckedCredentials = {
  accessKeyId: 'ASIAABCDEFGHIJKLMNOP',
  secretAccessKey: 'abc/def+ghi=',
  sessionToken: 'IQoJb3JpZ2luX2VjEN==',
  expiration: new Date('2026-11-21T11:00:00.987Z'),
}
const WIRE_NAMES = {
  accessKeyId: 'AccessKeyId',
  secretAccessKey: 'SecretAccessKey',
  sessionToken: 'SessionToken',
  expiration: 'Expiration',
}

function refusal(name: string) {
  return {
    code: 'unexpected-answer',
    facts: { ...ABOUT, kind: 'not-the-protocol', detail: `the answer holds no usable ${name}` },
  }
}

describe('checkCredentials', () => {
  test('keeps plain values and rounds the expiration down to whole seconds', () => {
    const checked = checkCredentials(GOOD, ABOUT)
    expect(checked.accessKeyId).toBe(GOOD.accessKeyId)
    expect(checked.secretAccessKey.reveal()).toBe(GOOD.secretAccessKey)
    expect(checked.sessionToken.reveal()).toBe(GOOD.sessionToken)
    expect(checked.expiration).toEqual(new Date('2026-11-21T11:00:00Z'))
  })

  test.each(['accessKeyId', 'secretAccessKey', 'sessionToken'] as const)(
    'F90: refuses an unusable %s where it is received',
    (field) => {
      const bad = [
        undefined,
        '',
        'a\nb',
        'a\n',
        'a\r',
        'a"b',
        "a'b",
        'a b',
        'a$b',
        'a`b',
        'a\\b',
        'a;b',
        'a\u0000',
        'é',
      ]
      for (const value of bad) {
        expect(failureOf(() => checkCredentials({ ...GOOD, [field]: value }, ABOUT))).toEqual(
          refusal(WIRE_NAMES[field]),
        )
      }
    },
  )

  test.each([
    'ASIAABCDEFGHIJK',
    'A'.repeat(129),
    'ASIA+ABCDEFGHIJKLMNO',
    'ASIA-ABCDEFGHIJKLMNO',
    'ASIA/ABCDEFGHIJKLMNO',
  ])('F90: refuses the access key ID %s', (accessKeyId) => {
    expect(failureOf(() => checkCredentials({ ...GOOD, accessKeyId }, ABOUT))).toEqual(refusal('AccessKeyId'))
  })

  test.each(['ASIAABCDEFGHIJKL', 'A'.repeat(128), 'vC3cxW4Gc1RO45Ot5Txz'])(
    'accepts the access key ID %s',
    (accessKeyId) => {
      expect(checkCredentials({ ...GOOD, accessKeyId }, ABOUT).accessKeyId).toBe(accessKeyId)
    },
  )

  test.each([undefined, new Date(Number.NaN)])('refuses the expiration %s', (expiration) => {
    expect(failureOf(() => checkCredentials({ ...GOOD, expiration }, ABOUT))).toEqual(refusal('Expiration'))
  })

  test('passes nothing on that a shell or a configuration file could read as more than text', () => {
    const anything = fc.oneof(
      { weight: 20, arbitrary: fc.constantFrom('a', 'Z', '9', '+', '/', '=') },
      fc.string(),
    )
    fc.assert(
      fc.property(fc.string({ unit: anything, minLength: 1 }), (sessionToken) => {
        const isPlain = !/[^A-Za-z0-9_+/=.,:@~-]/.test(sessionToken) && sessionToken !== ''
        const check = () => checkCredentials({ ...GOOD, sessionToken }, ABOUT).sessionToken.reveal()
        if (isPlain) expect(check()).toBe(sessionToken)
        else expect(failureOf(check)).toEqual(refusal('SessionToken'))
      }),
    )
  })
})
