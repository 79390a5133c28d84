import { PoolkeyError } from '../../errors/poolkey-error.ts'
import { readTreeShape } from '../tree/command-shape.ts'
import type { AddEveryCommand, RunCommand } from '../tree/command-table.ts'
import { completionFor } from '../completion/completion.ts'
import { COMPLETED_SHELLS } from '../completion/shells.ts'

/** What prints the completion script for a shell: made from the commands that this very program has. */
export function completionOf(addEvery: AddEveryCommand): RunCommand<object> {
  return async ({ terminal }, _options, name = '') => {
    const shell = COMPLETED_SHELLS.find((one) => one === name)
    // The parser lets no other through.
    if (shell === undefined)
      throw new PoolkeyError('usage', { problem: `there is no completion for ${name}` })
    terminal.answer(completionFor(shell, await readTreeShape(addEvery)))
    return 0
  }
}
