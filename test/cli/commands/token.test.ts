import { expect, test } from 'vitest'
import { token } from '../../../src/cli/commands/token.ts'
import { openSignedInWorld } from '../../broker/emulated-broker.ts'
import { refusalOf } from '../../vault/refusal.ts'
import { commandContext } from './command-context.ts'

test('a token is one line; on a screen, whoever sees it is warned of', async () => {
  const world = await openSignedInWorld()
  const piped = commandContext(world)
  expect(await token(piped.context, {})).toBe(0)
  expect(piped.answers.join('')).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/)
  expect(piped.said).toEqual([])
  const shown = commandContext(world, {}, { isAnswerShown: true })
  await token(shown.context, {})
  expect(shown.answers).toEqual(piped.answers)
  expect(shown.said).toEqual(['warning: a token on the screen is good for whoever sees it, until it expires'])
})

test('the access token is another one, and either is a header for who wants one', async () => {
  const world = await openSignedInWorld()
  const printed = async (options: object) => {
    const { context, answers } = commandContext(world)
    await token(context, options)
    return answers.join('')
  }
  const access = await printed({ access: true })
  expect(access).not.toBe(await printed({}))
  expect(await printed({ access: true, header: true })).toBe(`Authorization: Bearer ${access}`)
})

test('the claims are one JSON object, on a screen, too: they let nobody in', async () => {
  const { context, answers, said } = commandContext(await openSignedInWorld(), {}, { isAnswerShown: true })
  expect(await token(context, { claims: true })).toBe(0)
  expect(JSON.parse(answers.join(''))).toMatchObject({ token_use: 'id' })
  expect(said).toEqual([])
})

test.each([{ access: true }, { header: true }])('claims are of no token: not with %j', async (other) => {
  const { context, answers } = commandContext(await openSignedInWorld())
  expect(await refusalOf(() => token(context, { claims: true, ...other }))).toMatchObject({
    ...{ code: 'usage', fix: 'leave out --access and --header' },
  })
  expect(answers).toEqual([])
})

test('a guest has none, which is said before anybody is told to sign in', async () => {
  const { context, profile } = commandContext(await openSignedInWorld())
  const profiles = { ...context.profiles, read: () => Promise.resolve({ ...profile, signIn: undefined }) }
  expect(await refusalOf(() => token({ ...context, profiles }, {}))).toEqual({
    code: 'no-token',
    profile: 'dev',
  })
})
