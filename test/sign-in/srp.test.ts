import { createHmac, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
// AWS's own earlier client, of which the one class that calculates is taken.
import AuthenticationHelper from 'amazon-cognito-identity-js/lib/AuthenticationHelper.js'
import BigInteger from 'amazon-cognito-identity-js/lib/BigInteger.js'
import DateHelper from 'amazon-cognito-identity-js/lib/DateHelper.js'
import { Secret } from '../../src/secret.ts'
import {
  COGNITO_GROUP,
  createSrpAttempt,
  modPow,
  padHex,
  passwordClaimSignature,
  premasterSecret,
  SECRET_NUMBER_BYTES,
  srpTimestamp,
  unprovableDevice,
} from '../../src/sign-in/srp.ts'

/** Numbers as RFC 5054 prints them. */
const hex = (text: string) => BigInt(`0x${text.replaceAll(/\s/g, '')}`)

/** RFC 5054, appendix B: the 1024-bit group and what user "alice" with "password123" comes to. */
const RFC = {
  prime:
    hex(`EEAF0AB9 ADB38DD6 9C33F80A FA8FC5E8 60726187 75FF3C0B 9EA2314C 9C256576 D674DF74 96EA81D3 383B4813
    D692C6E0 E0D5D8E2 50B98BE4 8E495C1D 6089DAD1 5DC7D7B4 6154D6B6 CE8EF4AD 69B15D49 82559B29 7BCF1885 C529F566
    660E57EC 68EDBC3C 05726CC0 2FD4CBF4 976EAA9A FD5138FE 8376435B 9FC61D2F C0EB06E3`),
  multiplier: hex('7556AA04 5AEF2CDD 07ABAF0F 665C3E81 8913186F'),
  passwordNumber: hex('94B7555A ABE9127C C58CCF49 93DB6CF8 4D16C124'),
  verifier:
    hex(`7E273DE8 696FFC4F 4E337D05 B4B375BE B0DDE156 9E8FA00A 9886D812 9BADA1F1 822223CA 1A605B53 0E379BA4
    729FDC59 F105B478 7E5186F5 C671085A 1447B52A 48CF1970 B4FB6F84 00BBF4CE BFBB1681 52E08AB5 EA53D15C 1AFF87B2
    B9DA6E04 E058AD51 CC72BFC9 033B564E 26480D78 E955A5E2 9E7AB245 DB2BE315 E2099AFB`),
  secretNumber: hex('60975527 035CF2AD 1989806F 0407210B C81EDC04 E2762A56 AFD529DD DA2D4393'),
  publicNumber: hex(`61D5E490 F6F1B795 47B0704C 436F523D D0E560F0 C64115BB 72557EC4 4352E890 3211C046 92272D8B
    2D1A5358 A2CF1B6E 0BFCF99F 921530EC 8E393561 79EAE45E 42BA92AE ACED8251 71E1E8B9 AF6D9C03 E1327F44 BE087EF0
    6530E69F 66615261 EEF54073 CA11CF58 58F0EDFD FE15EFEA B349EF5D 76988A36 72FAC47B 0769447B`),
  serverNumber: hex(`BD0C6151 2C692C0C B6D041FA 01BB152D 4916A1E7 7AF46AE1 05393011 BAF38964 DC46A067 0DD125B9
    5A981652 236F99D9 B681CBF8 7837EC99 6C6DA044 53728610 D0C6DDB5 8B318885 D7D82C7F 8DEB75CE 7BD4FBAA 37089E6F
    9C6059F3 88838E7A 00030B33 1EB76840 910440B1 B27AAEAE EB4012B7 D7665238 A8E3FB00 4B117B58`),
  scramble: hex('CE38B959 3487DA98 554ED47D 70A7AE5F 462EF019'),
  secret:
    hex(`B0DC82BA BCF30674 AE450C02 87745E79 90A3381F 63B387AA F271A10D 233861E3 59B48220 F7C4693C 9AE12B0A
    6F67809F 0876E2D0 13800D6C 41BB59B6 D5979B5C 00A172B4 A2A5903A 0BDCAF8A 709585EB 2AFAFA8F 3499B200 210DCC1F
    10EB3394 3CD67FC8 8A2F39A4 BE5BEC4E C0A3212D C346D7E4 74B29EDE 8A469FFE CA686E5A`),
}
const RFC_GROUP = { prime: RFC.prime, generator: 2n }

describe('the arithmetic', () => {
  test('comes to the public number and the verifier of RFC 5054', () => {
    expect(modPow(2n, RFC.secretNumber, RFC.prime)).toBe(RFC.publicNumber)
    expect(modPow(2n, RFC.passwordNumber, RFC.prime)).toBe(RFC.verifier)
  })

  test('comes to the premaster secret of RFC 5054', () => {
    expect(premasterSecret(RFC_GROUP, RFC)).toBe(RFC.secret)
  })

  test('raises to a power as plain multiplication does', () => {
    const small = fc.bigInt({ min: 0n, max: 200n })
    fc.assert(
      fc.property(small, small, fc.bigInt({ min: 1n, max: 10_000n }), (base, exponent, modulus) => {
        expect(modPow(base, exponent, modulus)).toBe(base ** exponent % modulus)
      }),
    )
  })
})

/** What AWS's own client makes of the same numbers. */
function theirSignature(asked: {
  helper: InstanceType<typeof AuthenticationHelper>
  userId: string
  password: string
  srpB: string
  saltHex: string
  secretBlock: string
  timestamp: string
}): string {
  const { helper, userId, password, srpB, saltHex, secretBlock, timestamp } = asked
  let key: Uint8Array = Buffer.alloc(0)
  helper.getPasswordAuthenticationKey(
    userId,
    password,
    new BigInteger(srpB, 16),
    new BigInteger(saltHex, 16),
    (error, hkdf) => {
      if (error !== null) throw error
      key = hkdf
    },
  )
  // As CognitoUser.authenticateUserDefaultAuth puts it together.
  return createHmac('sha256', key)
    .update(Buffer.from('AbCdEf123'))
    .update(Buffer.from(userId))
    .update(Buffer.from(secretBlock, 'base64'))
    .update(Buffer.from(timestamp))
    .digest('base64')
}

const WHO = { userPoolId: 'eu-west-1_AbCdEf123', host: 'cognito-idp.test' }

describe("the proof of a password, beside AWS's own client", () => {
  test('has the same prime, generator, public number and form of SRP_A', () => {
    const helper = new AuthenticationHelper('AbCdEf123')
    const attempt = createSrpAttempt(bytesOf(helper.getSmallAValue().toString(16)))
    helper.getLargeAValue((error, theirs) => {
      expect(error).toBeNull()
      expect(attempt.srpA).toBe(theirs.toString(16))
    })
    expect(COGNITO_GROUP.prime.toString(16)).toBe(helper.N.toString(16))
    expect(COGNITO_GROUP.generator).toBe(2n)
  })

  test.each([
    { password: 'Emulated-Passw0rd', userId: 'test-user' },
    { password: 'pässwörd 🔑 with : and spaces', userId: 'a1b2c3d4-5678-90ab-cdef-1234567890ab' },
    { password: '', userId: 'näme:x' },
  ])(
    'is the same for $userId, whatever the numbers begin with',
    ({ password, userId }) => {
      // A salt and a server's number with leading zeros, with a sign bit, of odd length: where padding goes wrong.
      const cases = [
        { saltHex: '0a', srpB: '7' },
        { saltHex: 'f1c2', srpB: `00${randomBytes(383).toString('hex')}` },
        { saltHex: `0000${randomBytes(14).toString('hex')}`, srpB: `ff${randomBytes(383).toString('hex')}` },
        { saltHex: randomBytes(16).toString('hex'), srpB: randomBytes(384).toString('hex').slice(1) },
      ]
      for (const { saltHex, srpB } of cases) {
        const helper = new AuthenticationHelper('AbCdEf123')
        const attempt = createSrpAttempt(bytesOf(helper.getSmallAValue().toString(16)))
        const secretBlock = randomBytes(300).toString('base64')
        const timestamp = 'Sun Nov 22 10:00:05 UTC 2026'
        const challenge = { userId, saltHex, srpB, secretBlock }
        const who = { ...WHO, password: new Secret(password), timestamp }
        expect(passwordClaimSignature(attempt, challenge, who)).toBe(
          theirSignature({ helper, ...challenge, password, timestamp }),
        )
      }
    },
    30_000,
  )

  test('pads numbers to bytes as they do', () => {
    const helper = new AuthenticationHelper('AbCdEf123')
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 80n }), (number) => {
        expect(padHex(number)).toBe(helper.padHex(new BigInteger(number.toString(16), 16)))
      }),
    )
  })

  test('carries the time in their form', () => {
    const now = new Date()
    const theirs = new DateHelper().getNowString()
    const candidates = [now, new Date(now.getTime() + 1000)].map(srpTimestamp)
    expect(candidates).toContain(theirs)
  })
})

test('the time of a proof has no zero before the day, and English names', () => {
  expect(srpTimestamp(new Date('2026-02-03T04:05:06.789Z'))).toBe('Tue Feb 3 04:05:06 UTC 2026')
  expect(srpTimestamp(new Date('2026-11-22T23:59:00Z'))).toBe('Sun Nov 22 23:59:00 UTC 2026')
})

test.each([
  ['0', 'aa'],
  [COGNITO_GROUP.prime.toString(16), 'aa'],
  [(COGNITO_GROUP.prime * 2n).toString(16), 'aa'],
  ['not hexadecimal', 'aa'],
  ['', 'aa'],
  ['ff', ''],
  ['ff', 'x'],
  ['ff'.repeat(100_000), 'aa'],
])('refuses numbers that would prove nothing (B = %.20s, salt = %s)', (srpB, saltHex) => {
  const attempt = createSrpAttempt(randomBytes(SECRET_NUMBER_BYTES))
  const challenge = { userId: 'someone', saltHex, srpB, secretBlock: 'AAAA' }
  const who = { ...WHO, password: new Secret('a password'), timestamp: 'now' }
  expect(() => passwordClaimSignature(attempt, challenge, who)).toThrow(
    expect.objectContaining({ code: 'unexpected-answer' }),
  )
})

function bytesOf(hexText: string): Buffer {
  return Buffer.from(hexText.padStart(SECRET_NUMBER_BYTES * 2, '0'), 'hex')
}

test('a device that never proves itself has a verifier of the group and a salt, written as Java reads them', () => {
  const { passwordVerifier, salt } = unprovableDevice(
    Buffer.alloc(SECRET_NUMBER_BYTES, 7),
    Buffer.alloc(16, 0xff),
  )
  const verifier = createSrpAttempt(Buffer.alloc(SECRET_NUMBER_BYTES, 7)).publicNumber
  expect(Buffer.from(passwordVerifier, 'base64').toString('hex')).toBe(padHex(verifier))
  expect(Buffer.from(salt, 'base64').toString('hex')).toBe(`00${'ff'.repeat(16)}`)
})
