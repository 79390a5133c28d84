import { OTHER_USER, TEST_USER } from '../../emulator/default-settings.ts'
import { startEmulator } from '../../emulator/emulator.ts'
import type { Emulator } from '../../emulator/emulator.ts'
import { isPoolkeyError, PoolkeyError } from '../../errors/poolkey-error.ts'
import { untilAborted } from '../../pause.ts'
import { credentialProcessLine } from '../../profile/credential-process-line.ts'
import type { Needs } from '../context.ts'

const PROFILE = 'emulated'

export interface EmulateOptions {
  port?: number
}

/** Runs the embedded Cognito and STS until it is interrupted; prints a profile that works as pasted. */
export async function emulate(
  context: Needs<'terminal' | 'platform' | 'selfCommand' | 'now' | 'interrupted'>,
  options: EmulateOptions,
): Promise<number> {
  const { terminal, interrupted, now, selfCommand, platform } = context
  const emulator = await startOn(options.port ?? 0, now)
  try {
    terminal.answer(
      emulator.profileText(PROFILE, {
        cognito_logout_uri: emulator.settings.logoutUris[0] ?? '',
        credential_process: credentialProcessLine({ program: selfCommand, profile: PROFILE, platform }),
      }),
    )
    terminal.say(
      `Cognito and STS on ${emulator.origin}, for this machine only. Put the profile above into ~/.aws/config, then:`,
    )
    terminal.say('  poolkey login --profile emulated')
    terminal.say(
      `  aws sts get-caller-identity --profile emulated    (older ones need --endpoint-url ${emulator.origin})`,
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

/** Throws `usage` when the port cannot be had. */
async function startOn(port: number, now: () => number): Promise<Emulator> {
  try {
    return await startEmulator({ port, now, users: [TEST_USER, OTHER_USER] })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error
    throw new PoolkeyError('usage', {
      problem: `port ${port} of 127.0.0.1 cannot be used (${code})`,
      fix: 'choose another with --port, or leave it out for any that is free',
    })
  }
}
