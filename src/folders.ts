/** Where things of this user are. A relative path would mean whatever folder a command happens to run in: refused. */
import { isAbsolute, join } from 'node:path'
import { PoolkeyError } from './errors/poolkey-error.ts'

/** The name of the folder, in that of the state, for compiled code. */
export const CODE_CACHE = 'code-cache'

/** Where poolkey keeps its state: POOLKEY_HOME, else the platform's place (XDG Base Directory: a relative one is ignored). */
export function stateFolderOf(from: {
  env: Record<string, string | undefined>
  platform: NodeJS.Platform
  homeFolder: () => string
}): string {
  const { env, platform, homeFolder } = from
  const chosen = env['POOLKEY_HOME']
  if (chosen !== undefined && chosen !== '') {
    if (!isAbsolute(chosen)) {
      throw new PoolkeyError('environment-invalid', {
        variable: 'POOLKEY_HOME',
        value: chosen,
        allowed: 'an absolute path',
      })
    }
    return chosen
  }
  if (platform === 'darwin') return join(homeFolder(), 'Library', 'Application Support', 'poolkey')
  if (platform === 'win32') {
    const local = env['LOCALAPPDATA']
    const base = local !== undefined && isAbsolute(local) ? local : join(homeFolder(), 'AppData', 'Local')
    return join(base, 'poolkey')
  }
  const base = env['XDG_STATE_HOME']
  return base !== undefined && isAbsolute(base)
    ? join(base, 'poolkey')
    : join(homeFolder(), '.local', 'state', 'poolkey')
}

/** The home folder that the environment names, if it is one that can be meant everywhere. */
export function givenHome(
  env: Record<string, string | undefined>,
  platform: NodeJS.Platform,
): string | undefined {
  const home = env[homeVariable(platform)] ?? ''
  return isAbsolute(home) ? home : undefined
}

/** The variable that names the home folder. */
export function homeVariable(platform: NodeJS.Platform): 'HOME' | 'USERPROFILE' {
  return platform === 'win32' ? 'USERPROFILE' : 'HOME'
}
