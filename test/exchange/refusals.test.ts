/**
 * Every refusal of the identity pool, STS and the redirect URI that is known from AWS, brought about by the mistake that
 * brings it about there, and what the person is told. A fault stands in only for what no configuration causes.
 */
import { describe, expect, test } from 'vitest'
import type { Emulator } from '../../src/emulator/emulator.ts'
import type { Fault } from '../../src/emulator/faults.ts'
import { explainError } from '../../src/errors/catalogue.ts'
import { IDENTITY_POOL_CAUSES } from '../../src/errors/identity-pool-causes.ts'
import { isPoolkeyError, PoolkeyError } from '../../src/errors/poolkey-error.ts'
import { SECURITY_TOKEN_CAUSES } from '../../src/errors/security-token-causes.ts'
import { knownCauseOf } from '../../src/errors/service-causes.ts'
import type { Profile } from '../../src/profile/profile.ts'
import { emulatorForTest } from '../emulator/emulated-sign-in.ts'
import { profileOf } from './emulated-profile.ts'
import { DOCUMENTED } from './refusals/documented.ts'
import { IDENTITY_POOL_ROWS } from './refusals/identity-pool-rows.ts'
import { exchange, idTokenAt, identityOfAnother } from './refusals/mistakes.ts'
import { PASSING_ROWS, REDIRECT_ROWS } from './refusals/other-rows.ts'
import { GONE, ISSUER } from './refusals/row.ts'
import type { Row } from './refusals/row.ts'
import { CHAIN_ROWS, SECURITY_TOKEN_ROWS } from './refusals/security-token-rows.ts'

const ROWS = [...IDENTITY_POOL_ROWS, ...SECURITY_TOKEN_ROWS, ...CHAIN_ROWS, ...REDIRECT_ROWS, ...PASSING_ROWS]

/** Makes the row's mistake, up to the point where it shows. */
async function setUp(row: Row): Promise<{
  emulator: Emulator
  profile: Profile
  attempt: () => Promise<unknown>
}> {
  const { forge, spoil, keys, adjust, later, attempt } = row
  let aheadMs = 0
  const emulator = await emulatorForTest({
    issuer: `https://${ISSUER}`,
    now: () => Date.now() + aheadMs,
    ...row.emulator,
  })
  emulator.forge(forge)
  await spoil?.(emulator)
  const parsed = profileOf(emulator, keys?.(emulator))
  const profile = adjust?.(parsed) ?? parsed
  if (attempt) return { emulator, profile, attempt: () => attempt(emulator, profile) }
  const idToken = profile.signIn && (await idTokenAt(emulator))
  await later?.(emulator, (seconds) => (aheadMs += seconds * 1000))
  return { emulator, profile, attempt: () => exchange(profile, idToken) }
}

/** Lets the refused operation answer with the row's code and text, in the protocol of its service. */
function setFault(emulator: Emulator, { refused, fault }: Row, times?: number): void {
  const { operation = '', code, says } = refused
  const isSecurityToken = operation.startsWith('AssumeRole')
  const answer: Fault = {
    kind: 'answer',
    status: fault?.status ?? 400,
    headers: { 'Content-Type': isSecurityToken ? 'text/xml' : 'application/x-amz-json-1.1' },
    body: isSecurityToken
      ? `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${says}</Message></Error></ErrorResponse>`
      : JSON.stringify({ __type: code, message: says }),
  }
  emulator.faults.set(operation, answer, times)
}

async function failureOf(attempt: () => Promise<unknown>): Promise<PoolkeyError> {
  const error: unknown = await attempt().then(
    () => 'it did not fail',
    (failure: unknown) => failure,
  )
  if (error instanceof PoolkeyError) return error
  throw new Error('no failure of poolkey', { cause: error })
}

/** What came over the wire. */
function wireOf(error: PoolkeyError): Row['refused'] {
  const { code, facts, cause } = error
  const operation = 'operation' in facts ? { operation: facts.operation } : {}
  if (isPoolkeyError(error, 'service-refused')) {
    return { ...operation, code: error.facts.name, says: error.facts.message }
  }
  if (isPoolkeyError(error, 'token-refused')) return { code: error.facts.error, says: '' }
  if (code === 'unexpected-answer' && cause instanceof Error) {
    return { ...operation, code: cause.name, says: cause.message }
  }
  return { code, says: '' }
}

/** The wire drops "Exception" from some codes that the SDK completes again. */
function nameOf(code: string): string {
  return code.replace(/Exception$/, '')
}

/** Text in which `<...>` stands for anything. */
function pattern(text: string): RegExp {
  const parts = text.split(/<\w+>/).map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('[^]+')}$`)
}

describe('a refusal is met with its cause and what mends it', () => {
  test.each(ROWS)('$refused.code: $mistake', async (row) => {
    const { emulator, profile, attempt } = await setUp(row)
    const { fault, refused } = row
    if (fault) setFault(emulator, row, Number.POSITIVE_INFINITY)
    const error = await failureOf(attempt)
    const wire = wireOf(error)
    expect([wire.operation, nameOf(wire.code)]).toEqual([refused.operation, nameOf(refused.code)])
    expect(wire.says).toMatch(pattern(refused.says))

    const { what, fix = '', exitCode } = explainError(error, profile)
    expect(what).toMatch(pattern(error.code === 'service-refused' ? `${row.what} (${wire.code})` : row.what))
    expect(fix).toMatch(pattern(row.fix))
    expect(exitCode).toBe(row.exitCode ?? 5)
    expect(Math.max(what.length, fix.length), 'longer ones are cut').toBeLessThan(500)
    if (fault?.tries !== undefined) expect(emulator.count(refused.operation!)).toBe(fault.tries)
  })
})

describe('what mends itself', () => {
  test.each(ROWS.filter(({ fault }) => fault?.tries !== undefined))(
    'a single $refused.code is asked again: $mistake',
    async (row) => {
      const { emulator, attempt } = await setUp(row)
      setFault(emulator, row)
      expect(await attempt()).toHaveProperty('credentials')
      expect(emulator.count(row.refused.operation!)).toBe(2)
    },
  )

  test.each([
    { name: 'of somebody else', staleAt: identityOfAnother },
    { name: 'that is gone', staleAt: () => Promise.resolve(GONE) },
  ])('an identity ID $name is asked for anew', async ({ staleAt }) => {
    const emulator = await emulatorForTest()
    const idToken = await idTokenAt(emulator)
    const stale = await staleAt(emulator)
    const before = emulator.count('GetId')
    expect((await exchange(profileOf(emulator), idToken, stale)).identityId).not.toBe(stale)
    expect(emulator.count('GetId')).toBe(before + 1)
  })
})

describe('the table', () => {
  test.each(Object.entries(DOCUMENTED))('covers %s', (documented, [code, phrase]) => {
    const rows = ROWS.filter(({ covers }) => covers.some((one) => one === documented))
    expect(rows).not.toEqual([])
    for (const { refused } of rows) {
      expect(nameOf(refused.code)).toBe(code)
      expect(refused.says).toContain(phrase)
    }
  })

  test('has a row for every cause that is known', () => {
    const met = ROWS.map(({ refused }) => {
      const { operation = '', code: name, says: message } = refused
      const service = operation.startsWith('AssumeRole') ? 'STS' : 'identity pool'
      return knownCauseOf({ service, operation, name, message })
    })
    const missing = [...IDENTITY_POOL_CAUSES, ...SECURITY_TOKEN_CAUSES].filter(
      (cause) => !met.includes(cause),
    )
    expect(missing).toEqual([])
  })
})
