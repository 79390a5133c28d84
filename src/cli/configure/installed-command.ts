import { realpathSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { findInFolders, safeFolders } from '../../search-path.ts'

/** Which words run this installation: `selfCommand` are those of this very process. */
export interface Installation {
  selfCommand: string[]
  env: Record<string, string | undefined>
  platform: NodeJS.Platform
}

/**
 * The absolute words by which other programs should run this installation: `poolkey` as it is found in PATH, which outlives an
 * update of Node, else this process's own. Relative folders of PATH are somebody else's, and Windows has no links to follow.
 */
export function installedCommand({ selfCommand, env, platform }: Installation): string[] {
  if (platform === 'win32') return selfCommand
  const self = realPathOf(selfCommand.at(-1) ?? '')
  const sought = { folders: safeFolders({ env, platform }), platform }
  const found = findInFolders('poolkey', sought, (path) => realPathOf(path) !== undefined)
  // The first one counts: that is what a person runs by the name.
  return found !== undefined && self !== undefined && realPathOf(found) === self ? [found] : selfCommand
}

/** Whether these words run this installation, by whatever path. */
export function runsInstallation(
  words: string[],
  { selfCommand }: Pick<Installation, 'selfCommand'>,
): boolean {
  const self = realPathOf(selfCommand.at(-1) ?? '')
  const program = words.at(-1) ?? ''
  // A program of one word must run by itself; two are Node and a script.
  return self !== undefined && words.length <= selfCommand.length && words.every((word) => isAbsolute(word))
    ? realPathOf(program) === self
    : false
}

function realPathOf(path: string): string | undefined {
  try {
    return realpathSync(path)
  } catch {
    // It is not there, or not for us: nobody runs poolkey by it.
    return undefined
  }
}
