import { PoolkeyError } from '../../errors/poolkey-error.ts'
import { readTreeShape } from '../command-shape.ts'
import { completionFor } from '../completion/completion.ts'
import { COMPLETED_SHELLS } from '../completion/shells.ts'
import type { CommandContext } from '../context.ts'

/** Prints the completion script for a shell: made from the commands that this very program has. */
export async function completion({ terminal }: CommandContext, _options: object, name = ''): Promise<number> {
  const shell = COMPLETED_SHELLS.find((one) => one === name)
  // The parser lets no other through.
  if (shell === undefined) throw new PoolkeyError('usage', { problem: `there is no completion for ${name}` })
  terminal.answer(completionFor(shell, await readTreeShape()))
  return 0
}
