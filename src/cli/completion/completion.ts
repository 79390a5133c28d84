/** The completion script for each shell. Pure. */
import type { TreeShape } from '../tree/command-shape.ts'
import { bashCompletion } from './bash.ts'
import { fishCompletion } from './fish.ts'
import { powershellCompletion } from './powershell.ts'
import type { CompletedShell } from './shells.ts'
import { zshCompletion } from './zsh.ts'

/** The script for a shell. */
export function completionFor(shell: CompletedShell, tree: TreeShape): string {
  return SCRIPTS[shell](tree)
}

const SCRIPTS: Record<CompletedShell, (tree: TreeShape) => string> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
  powershell: powershellCompletion,
}
