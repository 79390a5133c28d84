import type { Terminal } from './terminal.ts'

/**
 * Asks for a new password or passphrase that is not shown, twice, until both are the same. `ifEmpty` is said of none at all,
 * which is asked for again, too. Undefined for no answer (Ctrl-D). Throws as `Terminal.askHidden`.
 */
export async function askTwice(
  terminal: Pick<Terminal, 'askHidden' | 'say'>,
  { question, ifEmpty }: { question: string; ifEmpty: string },
  signal: AbortSignal,
): Promise<string | undefined> {
  for (;;) {
    const first = await terminal.askHidden(question, signal)
    if (first === undefined) return undefined
    if (first === '') {
      terminal.say(`${ifEmpty} Once more.`)
      continue
    }
    if (first === (await terminal.askHidden('The same again: ', signal))) return first
    terminal.say('The two differ. Once more.')
  }
}
