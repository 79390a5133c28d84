/** Which file Windows runs for a name, without its habit of looking into the working folder first. Pure. */
import { win32 } from 'node:path'
import { findInFolders, safeFolders } from '../search-path.ts'

/**
 * `batch`: a batch file, which Windows hands to cmd.exe with its arguments in one line; no quoting keeps cmd.exe from
 * running what stands in them (CVE-2024-24576), so it is not run.
 */
export type FoundProgram = { kind: 'found' | 'batch'; path: string } | { kind: 'absent' }

// PATHEXT's order, and those endings alone that can be run as they are, or must be known to be refused.
const ENDINGS = ['.com', '.exe', '.bat', '.cmd']

/** Looks for a program in the absolute folders of PATH; a path is taken as it stands. */
export function findWindowsProgram(
  name: string,
  env: Record<string, string | undefined>,
  isFile: (path: string) => boolean,
): FoundProgram {
  const isPath = /[\\/:]/.test(name)
  const endings = hasEnding(name) ? ['', ...ENDINGS] : ENDINGS
  const path = isPath
    ? endings.map((ending) => name + ending).find(isFile)
    : findInFolders(
        name,
        { folders: safeFolders({ env, platform: 'win32' }), platform: 'win32', endings },
        isFile,
      )
  if (path === undefined) return { kind: 'absent' }
  return { kind: isBatch(path) ? 'batch' : 'found', path }
}

function hasEnding(path: string): boolean {
  return win32.extname(path) !== ''
}

/** Windows leaves off blanks and dots at the end of a name, and what follows a colon: all three name the same file. */
function isBatch(path: string): boolean {
  const name = win32.basename(path).replace(/:.*$/, '')
  return /\.(bat|cmd)[ .]*$/i.test(name)
}
