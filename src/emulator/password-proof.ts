/**
 * The user pool's side of SRP-6a, written apart from the client's so that the two cannot share a mistake: the pool keeps a
 * salt and a verifier, never sees the password, and learns from a proof whether it was known.
 */
import { createDiffieHellmanGroup, createHash, createHmac, randomBytes } from 'node:crypto'
import { isSame } from './user-pool.ts'

// The 3072-bit group of RFC 3526, from another source than the client's.
const PRIME = BigInt(`0x${createDiffieHellmanGroup('modp15').getPrime('hex')}`)
const GENERATOR = 2n

/** What was sent to one client, and what is kept of it to judge the proof. */
export interface ProofRequest {
  /** `ChallengeParameters` of PASSWORD_VERIFIER. */
  parameters: { SALT: string; SRP_B: string; SECRET_BLOCK: string; USER_ID_FOR_SRP: string; USERNAME: string }
  isProof(given: { signature: string; secretBlock: string; timestamp: string }): boolean
}

/** Begins to have a password proved. Undefined for a client's number that would make any proof right. */
export function requestProof(asked: {
  userPoolId: string
  userId: string
  password: string
  srpA: string
}): ProofRequest | undefined {
  const { userPoolId, userId, password, srpA } = asked
  const clientNumber = /^[0-9a-f]{1,1024}$/i.test(srpA) ? BigInt(`0x${srpA}`) : 0n
  if (clientNumber % PRIME === 0n) return undefined
  const poolName = userPoolId.split('_')[1] ?? ''
  const salt = randomBytes(16)
  const identity = createHash('sha256').update(`${poolName}${userId}:${password}`).digest()
  const verifier = power(GENERATOR, numberOf(sha256(signed(numberOf(salt)), identity)))
  const multiplier = numberOf(sha256(signed(PRIME), signed(GENERATOR)))
  const ownSecret = numberOf(randomBytes(32))
  const ownNumber = (multiplier * verifier + power(GENERATOR, ownSecret)) % PRIME
  const scramble = numberOf(sha256(signed(clientNumber), signed(ownNumber)))
  const shared = power(clientNumber * power(verifier, scramble), ownSecret)
  const extracted = hmac(signed(scramble), [signed(shared)])
  const key = hmac(extracted, [Buffer.from('Caldera Derived Key\u0001')]).subarray(0, 16)
  const block = randomBytes(600).toString('base64')
  return {
    parameters: {
      SALT: salt.toString('hex').replace(/^0+/, ''),
      SRP_B: ownNumber.toString(16),
      SECRET_BLOCK: block,
      USER_ID_FOR_SRP: userId,
      USERNAME: userId,
    },
    isProof: ({ signature, secretBlock, timestamp }) => {
      const signedText = [
        Buffer.from(poolName + userId),
        Buffer.from(block, 'base64'),
        Buffer.from(timestamp),
      ]
      return secretBlock === block && isSame(hmac(key, signedText).toString('base64'), signature)
    },
  }
}

/** The instant of a proof, as clients write it: `Sun Nov 22 10:00:05 UTC 2026`, its day without a zero. */
export function parseProofTime(text: string): number | undefined {
  const parts =
    /^(Sun|Mon|Tue|Wed|Thu|Fri|Sat) ([A-Z][a-z]{2}) ([1-9]\d?) (\d\d:\d\d:\d\d) UTC (\d{4})$/.exec(text)
  if (!parts) return undefined
  const [, , month, day, time, year] = parts
  const instant = Date.parse(`${day} ${month} ${year} ${time} GMT`)
  return Number.isNaN(instant) ? undefined : instant
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n
  let square = base % PRIME
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % PRIME
    square = (square * square) % PRIME
  }
  return result
}

/** A number in two's complement, as Java's BigInteger.toByteArray gives it. */
function signed(number: bigint): Buffer {
  const hex = number.toString(16)
  const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex')
  return (bytes[0] ?? 0) > 0x7f ? Buffer.concat([Buffer.of(0), bytes]) : bytes
}

function numberOf(bytes: Buffer): bigint {
  return BigInt(`0x${bytes.toString('hex')}`)
}

function sha256(...parts: Buffer[]): Buffer {
  return createHash('sha256').update(Buffer.concat(parts)).digest()
}

function hmac(key: Buffer, parts: Buffer[]): Buffer {
  return createHmac('sha256', key).update(Buffer.concat(parts)).digest()
}
