/** The texts that are made from the command tree and checked in, for packagers and for who has no poolkey yet. */
import { readTreeShape } from './tree/command-shape.ts'
import { addEveryCommand } from './tree/command-tree.ts'
import { completionFor } from './completion/completion.ts'
import { manPage } from './help/man-page.ts'

/** By their paths in the project; `version` is that of the package. */
export async function writtenTexts(version: string): Promise<Record<string, string>> {
  const tree = await readTreeShape(addEveryCommand)
  return {
    'completions/poolkey.bash': completionFor('bash', tree),
    'completions/_poolkey': completionFor('zsh', tree),
    'completions/poolkey.fish': completionFor('fish', tree),
    'completions/poolkey.ps1': completionFor('powershell', tree),
    'man/poolkey.1': manPage(tree, version),
  }
}
