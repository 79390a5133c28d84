import { describe, expect, test } from 'vitest'
import { obtainCredentials } from '../../../src/broker/credentials.ts'
import { logout } from '../../../src/cli/commands/logout.ts'
import type { LogoutOptions } from '../../../src/cli/commands/logout.ts'
import { openWorld } from '../../broker/emulated-broker.ts'
import type { World } from '../../broker/emulated-broker.ts'
import { profileOf } from '../../exchange/emulated-profile.ts'
import { refusalOf } from '../../vault/refusal.ts'
import { commandContext } from './command-context.ts'

const GUEST = { cognito_guest: 'true' }

/** The command as somebody in this world types it; nobody has a browser. */
function asked(world: World, extra: Record<string, string> = {}) {
  const { context, said } = commandContext(world, extra)
  const around = {
    ...({ env: {}, platform: 'linux', isRoot: false, parentPid: 1, openHelper: [] } as const),
    interrupted: new AbortController().signal,
  }
  return { said, run: (options: LogoutOptions) => logout({ ...context, ...around, openHelper: [] }, options) }
}

const openGuestWorld = () =>
  openWorld({
    identityPool: { allowUnauthenticated: true, allowClassicFlow: true, roleMapping: { kind: 'none' } },
  })

describe('what does not go together is wrong usage, and nobody is signed out', () => {
  test.each<[LogoutOptions, string]>([
    [{ web: true, all: true }, '--web goes with the sign-out of one profile, not with --all'],
    [
      { web: true, forgetGuest: true },
      '--web goes with the sign-out of one profile, not with --forget-guest',
    ],
    [{ everywhere: true, all: true }, '--everywhere goes with the sign-out of one profile, not with --all'],
    [
      { everywhere: true, forgetGuest: true },
      '--everywhere goes with the sign-out of one profile, not with --forget-guest',
    ],
    [{ keepClientSecrets: true }, '--keep-client-secrets goes with --all: nothing else removes them'],
    [{ forgetGuest: true, all: true }, '--all forgets every guest: leave out --forget-guest'],
  ])('%j: %s', async (options, problem) => {
    const { run, said } = asked(await openWorld())
    expect(await refusalOf(() => run(options))).toEqual({ code: 'usage', problem })
    expect(said).toEqual([])
  })
})

describe('a guest', () => {
  test('is forgotten when asked to be, once', async () => {
    const world = await openGuestWorld()
    await obtainCredentials(world.broker(GUEST))
    const { run, said } = asked(world, GUEST)
    expect(await run({ forgetGuest: true })).toBe(0)
    expect(await run({ forgetGuest: true })).toBe(0)
    expect(said).toEqual([
      'The guest identity is forgotten; the next one is new.',
      'There is no guest identity.',
    ])
  })

  test('is nobody who could be signed out', async () => {
    const { run } = asked(await openGuestWorld(), GUEST)
    expect(await refusalOf(() => run({}))).toEqual({
      ...{ code: 'usage', problem: "profile dev is a guest's: nobody is signed in" },
      fix: 'to become another guest: --forget-guest',
    })
  })

  test('is not who signs in', async () => {
    const world = await openWorld()
    expect(profileOf(world.emulator).signIn).toBeDefined()
    expect(await refusalOf(() => asked(world).run({ forgetGuest: true }))).toEqual({
      ...{ code: 'usage', problem: "profile dev is no guest's: it signs in" },
    })
  })
})
