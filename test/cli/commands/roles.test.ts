import { describe, expect, test } from 'vitest'
import { storeSignIn } from '../../../src/broker/session.ts'
import { chooseRole, listRoles } from '../../../src/cli/commands/roles.ts'
import type { Profile } from '../../../src/profile/profile.ts'
import { openSignedInWorld, openWorld, signInAt } from '../../broker/emulated-broker.ts'
import type { World } from '../../broker/emulated-broker.ts'
import { refusalOf } from '../../vault/refusal.ts'
import { commandContext } from './command-context.ts'

async function rolesOf(world: World, extra: Record<string, string> = {}) {
  const { context, answers } = commandContext(world, extra)
  expect(await listRoles(context, { json: true })).toBe(0)
  return JSON.parse(answers.join('')) as { profile: string; roles: { arn: string; inUse: boolean }[] }
}

const inUse = ({ roles }: Awaited<ReturnType<typeof rolesOf>>) =>
  roles.filter((role) => role.inUse).map(({ arn }) => arn)

describe('the roles that a token offers', () => {
  test('are one JSON object for a script, and lines with marks for a person', async () => {
    const world = await openSignedInWorld()
    const { profile, roles } = await rolesOf(world)
    const { admin } = world.emulator.roles
    expect(profile).toBe('dev')
    expect(roles).toContainEqual({ arn: admin, name: 'PoolkeyAdmin', preferred: true, inUse: true })
    const { context, answers } = commandContext(world)
    await listRoles(context, {})
    expect(answers).toContain(`* ${admin}  (in use, preferred)\n`)
  })

  test('are in use as the exchange has it: the one that is asked for, or the preferred one', async () => {
    const world = await openSignedInWorld()
    const { admin, editor } = world.emulator.roles
    expect(inUse(await rolesOf(world))).toEqual([admin])
    for (const exchange of ['enhanced', 'basic'])
      expect(inUse(await rolesOf(world, { cognito_exchange: exchange, cognito_role_arn: editor }))).toEqual([
        editor,
      ])
  })

  test('are not in use where a profile only signs in', async () => {
    const world = await openSignedInWorld()
    const { context, answers } = commandContext(world)
    const profiles = {
      ...context.profiles,
      read: async (): Promise<Profile> => ({
        ...(await context.profiles.read()),
        exchange: { kind: 'none' },
      }),
    }
    await listRoles({ ...context, profiles }, {})
    expect(answers.join('')).toMatch(/^ {2}arn:[^*]*$/)
  })

  test('are none for who is in no group', async () => {
    const world = await openSignedInWorld({
      users: [
        { username: 'nobody-special', password: 'Emulated-Passw0rd', email: 'n@example.com', groups: [] },
      ],
    })
    const { context, answers, said } = commandContext(world)
    expect(await listRoles(context, {})).toBe(0)
    expect([answers, said]).toEqual([
      [],
      ['The token offers no roles: the person is in no group that has one.'],
    ])
    expect(await refusalOf(() => chooseRole(context, {}, 'Admin'))).toMatchObject({
      fix: 'name one by its ARN: (none is offered)',
    })
  })

  test('are not offered to guests', async () => {
    const { context } = commandContext(await openWorld(), { cognito_guest: 'true' })
    const guest = { ...(await context.profiles.read()), signIn: undefined }
    const profiles = { ...context.profiles, read: () => Promise.resolve(guest) }
    expect(await refusalOf(() => listRoles({ ...context, profiles }, {}))).toMatchObject({
      ...{ code: 'usage', problem: "profile dev is a guest's: no token offers roles" },
    })
  })
})

describe('one of them', () => {
  test.each(['name', 'arn'] as const)('is chosen by its %s, and written into the profile', async (by) => {
    const world = await openSignedInWorld()
    const { admin } = world.emulator.roles
    const { context, written, said } = commandContext(world)
    expect(await chooseRole(context, {}, by === 'arn' ? admin : 'PoolkeyAdmin')).toBe(0)
    expect(written).toEqual([{ cognito_role_arn: admin }])
    expect(said).toEqual([`Profile dev now uses ${admin}.`])
  })

  test('must be offered', async () => {
    const { context, written } = commandContext(await openSignedInWorld())
    expect(await refusalOf(() => chooseRole(context, {}, 'Other'))).toMatchObject({
      problem: 'the token offers no role Other',
    })
    expect(await refusalOf(() => chooseRole(context, {}))).toMatchObject({ code: 'usage' })
    expect(written).toEqual([])
  })

  test('must be the only one of its name', async () => {
    const world = await openWorld()
    const other = 'arn:aws:iam::444455556666:role/PoolkeyAdmin'
    world.emulator.settings.groups.push({ name: 'other', precedence: 9, roleArn: other })
    world.emulator.settings.users[0]?.groups?.push('other')
    await storeSignIn(world.broker(), await signInAt(world))
    const { context } = commandContext(world)
    expect(await refusalOf(() => chooseRole(context, {}, 'PoolkeyAdmin'))).toMatchObject({
      ...{ problem: 'several roles are called PoolkeyAdmin', fix: expect.stringContaining(other) as string },
    })
  })

  test('is chosen where the settings stand', async () => {
    const { context } = commandContext(await openSignedInWorld())
    const profiles = {
      ...context.profiles,
      read: async () => ({ ...(await context.profiles.read()), settingsFrom: 'base' }),
    }
    expect(await refusalOf(() => chooseRole({ ...context, profiles }, {}, 'Any'))).toMatchObject({
      fix: 'choose it there: poolkey roles use NAME --profile base',
    })
  })
})
