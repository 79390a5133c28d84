/** Programs of the machine that the bench compares with or needs. */
import { execFileSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { basename, delimiter, dirname, isAbsolute, join } from 'node:path'

/** The absolute paths of all programs of that name, as the PATH has them. */
export function findPrograms(name: string): string[] {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => isAbsolute(folder))
  const paths = folders.map((folder) => join(folder, name)).filter(isExecutable)
  return paths.map((path) =>
    // A shim of pyenv is a slow shell script; what it would run is what is to be compared with.
    basename(dirname(path)) === 'shims'
      ? execFileSync('pyenv', ['which', name], { encoding: 'utf8' }).trim()
      : path,
  )
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
