/**
 * The client's side of SRP-6a as Cognito has it: the 3072-bit group of RFC 3526, SHA-256, and numbers written as bytes by
 * the rules of Java's BigInteger. Of the password only a proof leaves the machine, and the proof is good for one sign-in.
 * Pure.
 *
 * Node has no modular power, so it is done here with BigInt. Which multiplications are made depends on the length of an
 * exponent alone, never on its bits; how long one of them takes is V8's affair. The exponent's long part is new with each
 * sign-in, so that there is nothing to measure twice.
 */
import { createHash, createHmac } from 'node:crypto'
import { PoolkeyError } from '../errors/poolkey-error.ts'
import type { Secret } from '../secret.ts'

/** A prime and a generator. */
export interface SrpGroup {
  prime: bigint
  generator: bigint
}

/** The 3072-bit group of RFC 3526, section 4. */
export const COGNITO_GROUP: SrpGroup = {
  prime: BigInt(
    '0xFFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD' +
      'EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED' +
      'EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F' +
      '83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B' +
      'E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA0510' +
      '15728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7' +
      'ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200C' +
      'BBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF',
  ),
  generator: 2n,
}

/** One sign-in's secret number, and the public one that goes to the user pool as `SRP_A`. */
export interface SrpAttempt {
  secretNumber: bigint
  publicNumber: bigint
  /** `SRP_A`: hexadecimal, without leading zeros. */
  srpA: string
}

/** As long as in AWS's own clients; RFC 5054 section 2.5.4 asks for 32 at least. */
export const SECRET_NUMBER_BYTES = 128

/** Begins a sign-in with `SECRET_NUMBER_BYTES` random bytes. */
export function createSrpAttempt(randomBytes: Uint8Array): SrpAttempt {
  const { prime, generator } = COGNITO_GROUP
  const secretNumber = fromHex(Buffer.from(randomBytes).toString('hex'))
  const publicNumber = modPow(generator, secretNumber, prime)
  return { secretNumber, publicNumber, srpA: publicNumber.toString(16) }
}

/** What the user pool answers with, as it stands in `ChallengeParameters` of PASSWORD_VERIFIER. */
export interface PasswordVerifierParameters {
  /** `USER_ID_FOR_SRP`: the user's name as the pool has it, whatever alias was typed. */
  userId: string
  saltHex: string
  srpB: string
  /** `SECRET_BLOCK`, in base64. */
  secretBlock: string
}

/**
 * The proof that the password is known, in base64: `PASSWORD_CLAIM_SIGNATURE`. `timestamp` is sent beside it. Throws
 * `unexpected-answer` for numbers that would give the password away or prove nothing (RFC 5054 section 2.5.4).
 */
export function passwordClaimSignature(
  attempt: SrpAttempt,
  challenge: PasswordVerifierParameters,
  who: { userPoolId: string; password: Secret; timestamp: string; host: string },
): string {
  const { saltHex, srpB, secretBlock, userId } = challenge
  const serverNumber = isHex(srpB) ? fromHex(srpB) : 0n
  if (!isHex(saltHex) || serverNumber % COGNITO_GROUP.prime === 0n) throw unsafe(who.host)
  const scramble = hashToNumber(padHex(attempt.publicNumber), padHex(serverNumber))
  if (scramble === 0n) throw unsafe(who.host)
  const poolName = who.userPoolId.slice(who.userPoolId.indexOf('_') + 1)
  const secret = premasterSecret(COGNITO_GROUP, {
    multiplier: hashToNumber(padHex(COGNITO_GROUP.prime), padHex(COGNITO_GROUP.generator)),
    passwordNumber: passwordNumber({ poolName, userId, saltHex, password: who.password }),
    secretNumber: attempt.secretNumber,
    scramble,
    serverNumber,
  })
  return createHmac('sha256', derivedKey(secret, scramble))
    .update(poolName)
    .update(userId)
    .update(Buffer.from(secretBlock, 'base64'))
    .update(who.timestamp)
    .digest('base64')
}

/** What ConfirmDevice takes, in base64. */
export interface DeviceVerifier {
  passwordVerifier: string
  salt: string
}

/** The verifier of a device that never proves itself: of a password that nobody has. `randomBytes` is as for an attempt. */
export function unprovableDevice(randomBytes: Uint8Array, salt: Uint8Array): DeviceVerifier {
  const { publicNumber } = createSrpAttempt(randomBytes)
  const inBase64 = (hex: string) => Buffer.from(hex, 'hex').toString('base64')
  return {
    passwordVerifier: inBase64(padHex(publicNumber)),
    salt: inBase64(padHexText(Buffer.from(salt).toString('hex'))),
  }
}

/** S of RFC 5054 section 2.6: `(B - k * g^x) ^ (a + u * x) % N`. */
export function premasterSecret(
  { prime, generator }: SrpGroup,
  numbers: {
    multiplier: bigint
    passwordNumber: bigint
    secretNumber: bigint
    scramble: bigint
    serverNumber: bigint
  },
): bigint {
  const { multiplier, passwordNumber, secretNumber, scramble, serverNumber } = numbers
  const verifier = modPow(generator, passwordNumber, prime)
  const base = (serverNumber - ((multiplier * verifier) % prime) + prime) % prime
  return modPow(base, secretNumber + scramble * passwordNumber, prime)
}

const WINDOW_BITS = 4n

/** `base ^ exponent % modulus`, four bits of the exponent at a time, each with the same multiplications. */
export function modPow(base: bigint, exponent: bigint, modulus: bigint): bigint {
  const powers = [1n % modulus]
  for (let power = 1; power < 1 << Number(WINDOW_BITS); power += 1)
    powers.push(((powers[power - 1] ?? 1n) * base) % modulus)
  let result = 1n % modulus
  const digits = exponent.toString(16)
  for (const digit of digits) {
    for (let bit = 0n; bit < WINDOW_BITS; bit += 1n) result = (result * result) % modulus
    result = (result * (powers[Number.parseInt(digit, 16)] ?? 1n)) % modulus
  }
  return result
}

/** A number as Java's BigInteger writes it: whole bytes, and a zero in front where the first would be read as a sign. */
export function padHex(number: bigint): string {
  return padHexText(number.toString(16))
}

function padHexText(hex: string): string {
  const even = hex.length % 2 === 1 ? `0${hex}` : hex
  return /^[89a-f]/i.test(even) ? `00${even}` : even
}

/** The time of a proof, as Java's `EEE MMM d HH:mm:ss z yyyy` in English: `Sun Nov 22 10:00:05 UTC 2026`. */
export function srpTimestamp(now: Date): string {
  const [weekday = '', day = '', month = '', year = '', time = ''] = now.toUTCString().split(/,? /)
  return `${weekday} ${month} ${Number(day)} ${time} UTC ${year}`
}

function passwordNumber(of: { poolName: string; userId: string; saltHex: string; password: Secret }): bigint {
  const { poolName, userId, saltHex, password } = of
  const inner = createHash('sha256').update(`${poolName}${userId}:${password.reveal()}`).digest('hex')
  return hashToNumber(padHex(fromHex(saltHex)), inner)
}

/** HKDF (RFC 5869) with one block, of which Cognito takes the first half. */
function derivedKey(secret: bigint, scramble: bigint): Buffer {
  const extracted = createHmac('sha256', Buffer.from(padHex(scramble), 'hex'))
    .update(Buffer.from(padHex(secret), 'hex'))
    .digest()
  return createHmac('sha256', extracted).update('Caldera Derived Key\u0001').digest().subarray(0, 16)
}

function hashToNumber(...hex: string[]): bigint {
  return fromHex(
    createHash('sha256')
      .update(Buffer.from(hex.join(''), 'hex'))
      .digest('hex'),
  )
}

// Longer than any number of the group.
const MOST_DIGITS = 1024

function isHex(text: string): boolean {
  return text.length <= MOST_DIGITS && /^[0-9a-f]+$/i.test(text)
}

function fromHex(hex: string): bigint {
  return BigInt(`0x${hex}`)
}

function unsafe(host: string): PoolkeyError<'unexpected-answer'> {
  return new PoolkeyError('unexpected-answer', {
    host,
    operation: 'InitiateAuth',
    kind: 'not-the-protocol',
    detail: 'its numbers would prove nothing',
  })
}
