/** Where programs are sought by name: PATH, read without looking at any folder. Pure. */
import { posix, win32 } from 'node:path'

/** An environment and the system whose rules it follows. */
export interface SearchPlace {
  env: Record<string, string | undefined>
  platform: NodeJS.Platform
}

/** The folders of PATH as they stand: an empty one is the working folder to execvp(3). None where it is not set. */
export function searchFolders({ env, platform }: SearchPlace): string[] {
  // Windows does not tell cases apart, but a copy of its environment does.
  const name = Object.keys(env).find((key) => key === 'PATH' || (platform === 'win32' && /^path$/i.test(key)))
  return (name === undefined ? undefined : env[name])?.split(delimiterOf(platform)) ?? []
}

/** Those that are safe to search: empty and relative ones mean the working folder, where anything may lie; a share is another machine's. */
export function safeFolders(place: SearchPlace): string[] {
  return searchFolders(place).filter((folder) =>
    place.platform === 'win32' ? /^[a-z]:[\\/]/i.test(folder) : posix.isAbsolute(folder),
  )
}

/** A PATH of these folders. */
export function joinFolders(folders: string[], platform: NodeJS.Platform): string {
  return folders.join(delimiterOf(platform))
}

/**
 * The first of the folders' files called `name` that `isWanted`; with several `endings` each is tried in a folder before the
 * next folder is. Knows no difference between a name and a relative path.
 */
export function findInFolders(
  name: string,
  sought: { folders: string[]; platform: NodeJS.Platform; endings?: string[] },
  isWanted: (path: string) => boolean,
): string | undefined {
  const { folders, platform, endings = [''] } = sought
  const path = platform === 'win32' ? win32 : posix
  return folders.flatMap((folder) => endings.map((ending) => path.join(folder, name + ending))).find(isWanted)
}

function delimiterOf(platform: NodeJS.Platform): string {
  return platform === 'win32' ? ';' : ':'
}
