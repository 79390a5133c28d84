import { OTHER_USER, TEST_USER } from '../../emulator/default-settings.ts'
import { sectionText, startEmulator } from '../../emulator/emulator.ts'
import type { Emulator, EmulatorOptions } from '../../emulator/emulator.ts'
import { errnoOf } from '../../errno.ts'
import { shellWord } from '../../errors/explanation.ts'
import { isPoolkeyError, PoolkeyError } from '../../errors/poolkey-error.ts'
import { untilAborted } from '../../pause.ts'
import { credentialProcessLine } from '../../profile/credential-process-line.ts'
import { chooseProfileName } from '../../profile/profile-name.ts'
import { SETTINGS } from '../../profile/settings.ts'
import type { Setting } from '../../profile/settings.ts'
import type { GlobalOptions, Needs } from '../context.ts'

type EmulateContext = Needs<'terminal' | 'platform' | 'selfCommand' | 'now' | 'interrupted'>

export interface EmulateOptions extends Pick<GlobalOptions, 'profile'> {
  port?: number
  userPoolId?: string
  clientId?: string
  identityPoolId?: string
}

/**
 * Runs the embedded Cognito and STS until it is interrupted; prints profiles that work as pasted, one for each way to a role.
 * With IDs it is the pools and the app client that have them. Throws `usage` for an ID that is none, or a port that is taken.
 */
export async function emulate(context: EmulateContext, options: EmulateOptions): Promise<number> {
  const { terminal, interrupted, now } = context
  // Not AWS_PROFILE: that one exists, and is not to be written twice.
  const name =
    options.profile === undefined ? 'emulated' : chooseProfileName({ flag: options.profile, env: {} })
  const emulator = await startOn(options.port ?? 0, { now, ...idsOf(options) })
  try {
    terminal.answer(profilesText(context, emulator, name))
    terminal.say(
      `Cognito and STS on ${emulator.origin}, for this machine only. Put the profiles above into ~/.aws/config, then:`,
    )
    terminal.say(`  poolkey login --profile ${shellWord(name)}`)
    terminal.say(
      `  aws sts get-caller-identity --profile ${shellWord(name)}    (before AWS CLI 2.13: --endpoint-url ${emulator.origin})`,
    )
    if (options.port === undefined)
      terminal.say(
        `To have it there again, so that the profile stays right: --port ${new URL(emulator.origin).port}`,
      )
    terminal.say('What gets its credentials by env, exec or write, and console, must be sent here, too:')
    terminal.say(`  export AWS_ENDPOINT_URL=${emulator.origin}`)
    terminal.say(`  export POOLKEY_SIGNIN_ENDPOINT=${emulator.origin}`)
    terminal.say(
      `The sign-in form comes filled in: ${TEST_USER.username} / ${TEST_USER.password}. Somebody else, who edits only: ${OTHER_USER.username} / ${OTHER_USER.password}.`,
    )
    terminal.say('Everything is forgotten when this ends (Ctrl-C).')
    return await untilAborted(interrupted)
  } catch (error) {
    // Ctrl-C is how this command ends.
    if (isPoolkeyError(error, 'interrupted') && error.facts.signal === 'SIGINT') return 0
    throw error
  } finally {
    await emulator.stop()
  }
}

function idsOf(
  options: EmulateOptions,
): Pick<EmulatorOptions, 'region' | 'userPoolId' | 'clientId' | 'identityPoolId'> {
  const userPoolId = checked(SETTINGS.userPoolId, options.userPoolId)
  const clientId = checked(SETTINGS.clientId, options.clientId)
  const identityPoolId = checked(SETTINGS.identityPoolId, options.identityPoolId)
  const region = userPoolId?.split('_')[0] ?? identityPoolId?.split(':')[0]
  return {
    ...(region !== undefined && { region }),
    ...(userPoolId !== undefined && { userPoolId }),
    ...(clientId !== undefined && { clientId }),
    ...(identityPoolId !== undefined && { identityPoolId }),
  }
}

function checked({ key, type }: Setting<string>, value: string | undefined): string | undefined {
  if (value === undefined || type.parse(value) !== undefined) return value
  throw new PoolkeyError('usage', {
    problem: `"${value}" is no ${key}`,
    fix: `what is needed is ${type.allowed}`,
  })
}

// The first signs in; the others take over its sign-in, or need none.
function profilesText({ selfCommand, platform }: EmulateContext, emulator: Emulator, name: string): string {
  const { origin, region, roles, identityPoolId } = emulator
  const line = (profile: string) => ({
    credential_process: credentialProcessLine({ program: selfCommand, profile, platform }),
  })
  const other = (way: string, keys: Record<string, string>) => {
    const profile = `${name}-${way}`
    return sectionText(profile, { region, endpoint_url: origin, ...line(profile), ...keys })
  }
  const cognito_source_profile = name
  return [
    emulator.profileText(name, { cognito_logout_uri: emulator.settings.logoutUris[0] ?? '', ...line(name) }),
    other('editor', { cognito_source_profile, cognito_role_arn: roles.editor }),
    other('web-identity', {
      ...{ cognito_source_profile, cognito_exchange: 'web-identity' },
      cognito_role_arn: roles.webIdentity,
    }),
    other('chained', { cognito_source_profile, cognito_chain_role_arn: roles.chained }),
    other('guest', { cognito_identity_pool_id: identityPoolId, cognito_guest: 'true' }),
  ].join('\n')
}

/** Throws `usage` when the port cannot be had. */
async function startOn(port: number, options: EmulatorOptions): Promise<Emulator> {
  try {
    return await startEmulator({
      ...options,
      ...{ port, users: [TEST_USER, OTHER_USER] },
      identityPool: { allowUnauthenticated: true },
    })
  } catch (error) {
    const code = errnoOf(error)
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error
    throw new PoolkeyError('usage', {
      problem: `port ${port} of 127.0.0.1 cannot be used (${code})`,
      fix: 'choose another with --port, or leave it out for any that is free',
    })
  }
}
