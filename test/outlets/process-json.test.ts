import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Credentials } from '../../src/exchange/credentials.ts'
import { processJson, secondsOf } from '../../src/outlets/process-json.ts'
import { Secret } from '../../src/secret.ts'

function credentialsWith(change: Partial<Credentials> = {}): Credentials {
  return {
    accessKeyId: 'ASIAEXAMPLE',
    secretAccessKey: new Secret('wJalr/K7+bPxR='),
    sessionToken: new Secret('IQoJb3=='),
    expiration: new Date('2026-11-21T10:00:00.000Z'),
    accountId: undefined,
    roleArn: undefined,
    ...change,
  }
}

describe('the answer of a credential process', () => {
  test('is one line of JSON, byte for byte', () => {
    expect(processJson(credentialsWith({ accountId: '111122223333' }))).toBe(
      '{"Version":1,"AccessKeyId":"ASIAEXAMPLE","SecretAccessKey":"wJalr/K7+bPxR=","SessionToken":"IQoJb3==","Expiration":"2026-11-21T10:00:00Z","AccountId":"111122223333"}\n',
    )
  })

  test('has no AccountId where the account is not certain', () => {
    expect(processJson(credentialsWith())).toBe(
      '{"Version":1,"AccessKeyId":"ASIAEXAMPLE","SecretAccessKey":"wJalr/K7+bPxR=","SessionToken":"IQoJb3==","Expiration":"2026-11-21T10:00:00Z"}\n',
    )
  })

  test('tells nothing else, the role included', () => {
    const roleArn = 'arn:aws:iam::111122223333:role/dev'
    expect(processJson(credentialsWith({ roleArn }))).toBe(processJson(credentialsWith()))
  })

  test('gives back every value as it was, on one line', () => {
    const text = fc.string({ unit: 'binary' })
    fc.assert(
      fc.property(text, text, text, (accessKeyId, secret, token) => {
        const answer = processJson(
          credentialsWith({
            accessKeyId,
            secretAccessKey: new Secret(secret),
            sessionToken: new Secret(token),
          }),
        )
        expect(answer.indexOf('\n')).toBe(answer.length - 1)
        expect(JSON.parse(answer)).toEqual({
          Version: 1,
          AccessKeyId: accessKeyId,
          SecretAccessKey: secret,
          SessionToken: token,
          Expiration: '2026-11-21T10:00:00Z',
        })
      }),
    )
  })
})

describe('an instant', () => {
  test.each([
    ['2026-11-21T10:00:00.000Z', '2026-11-21T10:00:00Z'],
    ['2026-11-21T10:00:00.999Z', '2026-11-21T10:00:00Z'],
    ['2026-11-21T12:00:00.001+02:00', '2026-11-21T10:00:00Z'],
    ['2024-02-29T23:59:59.500Z', '2024-02-29T23:59:59Z'],
  ])('%s is written in whole seconds, never later than it is: %s', (instant, written) => {
    expect(secondsOf(new Date(instant))).toBe(written)
  })

  test('has the one form that every SDK reads, and loses less than a second', () => {
    const instants = fc.date({
      min: new Date('2000-01-01T00:00:00Z'),
      max: new Date('2099-12-31T23:59:59Z'),
      noInvalidDate: true,
    })
    fc.assert(
      fc.property(instants, (instant) => {
        const written = secondsOf(instant)
        expect(written).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
        const lostMs = instant.getTime() - Date.parse(written)
        expect(lostMs).toBeGreaterThanOrEqual(0)
        expect(lostMs).toBeLessThan(1000)
      }),
    )
  })
})
