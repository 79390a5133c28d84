import { describe, expect, test } from 'vitest'
import { askMissing, completeDomain } from '../../../src/cli/configure/profile-questions.ts'
import type { WrittenKeys } from '../../../src/profile/profile-edit.ts'

const POOL = 'eu-west-1_AbCdEf123'
const IDENTITY_POOL = 'eu-west-1:11111111-2222-3333-4444-555555555555'
const ROLE = 'arn:aws:iam::111122223333:role/Developer'
const DOMAIN = 'acme.auth.eu-west-1.amazoncognito.com'
const ALL = {
  cognito_user_pool_id: POOL,
  cognito_client_id: '1example23456789',
  cognito_domain: DOMAIN,
  cognito_identity_pool_id: IDENTITY_POOL,
}

async function ask(
  answers: string[],
  {
    keys = {},
    inForce = keys,
    canAsk = true,
  }: { keys?: WrittenKeys; inForce?: object; canAsk?: boolean } = {},
) {
  const questions: string[] = []
  const left = [...answers]
  const terminal = {
    canAsk,
    say: () => undefined,
    ask: (question: string) => {
      questions.push(question)
      return Promise.resolve(left.shift())
    },
  }
  const signal = new AbortController().signal
  const known = new Map<string, string>(Object.entries(inForce))
  const got = await askMissing({ profile: 'dev', keys, inForce: known, terminal, signal }).catch(
    (error: unknown) => error,
  )
  return { got, questions }
}

describe('at a terminal', () => {
  test('a new profile takes four answers', async () => {
    const { got, questions } = await ask([POOL, ' 1example23456789 ', DOMAIN, IDENTITY_POOL])
    expect(got).toEqual(ALL)
    expect(questions).toHaveLength(4)
  })

  test("another pool is asked for all that is its own: the old one's is not proposed", async () => {
    const { got, questions } = await ask(['eu-west-1_Other0001', '', '2abc', 'new.example.com', ''], {
      keys: {},
      inForce: ALL,
    })
    expect(questions.slice(1, 4)).toEqual([
      'App client ID: ',
      'App client ID: ',
      "The user pool's domain, such as acme.auth.eu-west-1.amazoncognito.com (Enter for none: sign in with a password): ",
    ])
    expect(got).toEqual({
      cognito_user_pool_id: 'eu-west-1_Other0001',
      ...{ cognito_client_id: '2abc', cognito_domain: 'new.example.com' },
    })
  })

  test('no domain is a sign-in with a password; what was another pool’s domain goes', async () => {
    const { cognito_domain, ...keys } = ALL
    const { got, questions } = await ask([''], { keys })
    expect(got).toEqual({ ...keys, cognito_sign_in: 'password' })
    expect(questions).toEqual([expect.stringContaining('Enter for none: sign in with a password')])
    const moved = await ask(['eu-west-1_Other0001', '2abc', '', ''], { inForce: { ...ALL, cognito_domain } })
    expect(moved.got).toMatchObject({ cognito_domain: '', cognito_sign_in: 'password' })
    // Whoever just presses Enter keeps the domain that is known.
    expect((await ask(['', '', '', ''], { inForce: ALL })).got).toEqual({})
  })

  test('whoever asked for the browser is not led to a password: there is no way around the domain', async () => {
    const { cognito_domain, ...others } = ALL
    const keys = { ...others, cognito_sign_in: 'browser' }
    const { got, questions } = await ask(['', cognito_domain], { keys })
    expect(got).toEqual({ ...keys, cognito_domain })
    expect(questions).toHaveLength(2)
    expect(questions[0]).not.toContain('password')
    expect((await ask([], { keys })).got).toMatchObject({ facts: { fix: 'answer, or give --domain' } })
  })

  test('a role is a way, too, and no way is one that only signs in', async () => {
    expect((await ask([POOL, '1abc', DOMAIN, ROLE])).got).toMatchObject({ cognito_role_arn: ROLE })
    expect((await ask([POOL, '1abc', DOMAIN, ''])).got).not.toHaveProperty('cognito_role_arn')
  })

  test('only what is missing is asked for', async () => {
    const { cognito_client_id, ...keys } = ALL
    const { got, questions } = await ask([cognito_client_id], { keys })
    expect(got).toEqual(ALL)
    expect(questions).toEqual(['App client ID: '])
    expect((await ask([], { keys: ALL })).questions).toEqual([])
  })

  test('whoever ends the input instead of answering is not told to come to a terminal', async () => {
    const { got } = await ask([POOL])
    expect(got).toMatchObject({ code: 'usage', facts: { fix: 'answer, or give --client-id' } })
  })

  test('what is not allowed is asked again', async () => {
    const { got, questions } = await ask([IDENTITY_POOL, POOL, '1abc', 'https://x/y', DOMAIN, POOL, ROLE])
    expect(got).toMatchObject({ cognito_user_pool_id: POOL, cognito_domain: DOMAIN, cognito_role_arn: ROLE })
    expect(questions).toHaveLength(7)
  })

  test('a profile that lacks nothing, asked for without any flag, shows what it has and keeps it', async () => {
    const { got, questions } = await ask(['', '1new', '', ''], { inForce: ALL })
    expect(got).toEqual({ cognito_client_id: '1new' })
    expect(questions[0]).toBe(`User pool ID [${POOL}]: `)
    expect(questions[3]).toContain(`[${IDENTITY_POOL}]: `)
  })

  test('a change of the way takes the other one out', async () => {
    expect((await ask(['', '', '', ROLE], { inForce: ALL })).got).toEqual({
      cognito_identity_pool_id: '',
      cognito_role_arn: ROLE,
    })
    const { cognito_identity_pool_id, ...direct } = { ...ALL, cognito_role_arn: ROLE }
    expect((await ask(['', '', '', cognito_identity_pool_id], { inForce: direct })).got).toEqual({
      cognito_identity_pool_id,
      cognito_role_arn: '',
    })
  })

  test('a guest is asked for the identity pool alone, whoever shares a sign-in for nothing', async () => {
    const guest = await ask([IDENTITY_POOL], { keys: { cognito_guest: 'true' } })
    expect(guest.questions).toEqual(['Identity pool ID: '])
    const { cognito_user_pool_id, cognito_client_id, cognito_domain } = ALL
    const signIn = { cognito_user_pool_id, cognito_client_id, cognito_domain }
    const keys = { cognito_source_profile: 'base' }
    expect((await ask([], { keys, inForce: { ...signIn, ...keys } })).questions).toEqual([])
  })

  test('no answer to what it cannot do without is wrong usage', async () => {
    expect((await ask([POOL])).got).toMatchObject({ code: 'usage' })
  })
})

describe('without a terminal', () => {
  test('what is missing is named with its flags, and nothing is asked', async () => {
    const { got, questions } = await ask([POOL], { canAsk: false, keys: { cognito_client_id: '1abc' } })
    expect(questions).toEqual([])
    expect(got).toMatchObject({
      code: 'usage',
      facts: {
        problem: 'profile dev cannot do without cognito_user_pool_id and cognito_domain',
        fix: 'give --user-pool-id and --domain (or --sign-in password); they are asked for only at a terminal, without --no-input',
      },
    })
  })

  test("a sign-in with a password needs no domain, and a way to AWS is nobody's duty", async () => {
    const keys = { cognito_user_pool_id: POOL, cognito_client_id: '1abc', cognito_sign_in: 'password' }
    expect(await ask([], { canAsk: false, keys })).toEqual({ got: keys, questions: [] })
  })
})

test.each([
  ['acme', POOL, DOMAIN],
  ['acme', 'us-gov-west-1_AbCdEf123', 'acme.auth-fips.us-gov-west-1.amazoncognito.com'],
  ['auth.example.com', POOL, 'auth.example.com'],
  ['localhost', POOL, 'localhost'],
  ['acme', undefined, 'acme'],
  ['Acme Corp', POOL, 'Acme Corp'],
])('the domain %s of %s is %s', (text, pool, domain) => {
  expect(completeDomain(text, pool)).toBe(domain)
})
