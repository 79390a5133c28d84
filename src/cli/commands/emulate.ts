import { startEmulator } from '../../emulator/emulator.ts'
import { isPoolkeyError } from '../../errors/poolkey-error.ts'
import type { CommandContext } from '../context.ts'

export interface EmulateOptions {
  port?: number
}

/** Runs the embedded Cognito and STS until it is interrupted; prints a profile that works as pasted. */
export async function emulate(context: CommandContext, options: EmulateOptions): Promise<number> {
  const { terminal, interrupted, now } = context
  const emulator = await startEmulator({ ...(options.port === undefined ? {} : { port: options.port }), now })
  try {
    const process = context.selfCommand.map(quoteWord).join(' ')
    terminal.answer(
      emulator.profileText('emulated', {
        credential_process: `${process} credential-process --profile emulated`,
      }),
    )
    const { username, password } = emulator.user
    terminal.say(
      `Cognito and STS on ${emulator.origin}, for this machine only. Put the profile above into ~/.aws/config, then:`,
    )
    terminal.say('  poolkey login --profile emulated')
    terminal.say(
      `The sign-in form comes filled in: ${username} / ${password}. Everything is forgotten when this ends (Ctrl-C).`,
    )
    await new Promise((_, reject) => {
      const end = () => {
        reject(interrupted.reason instanceof Error ? interrupted.reason : new Error('interrupted'))
      }
      if (interrupted.aborted) end()
      else interrupted.addEventListener('abort', end, { once: true })
    })
    return 0
  } catch (error) {
    // Ctrl-C is how this command ends.
    if (isPoolkeyError(error, 'interrupted') && error.facts.signal === 'SIGINT') return 0
    throw error
  } finally {
    await emulator.stop()
  }
}

function quoteWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word}'`
}
