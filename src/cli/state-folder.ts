/** Where things of this user are. A relative path would mean whatever folder a command happens to run in: refused. */
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { PoolkeyError } from '../errors/poolkey-error.ts'

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

/** The home folder: HOME (USERPROFILE on Windows), else the system's list of users. Throws `environment-invalid`. */
export function homeFolderOf(env: Record<string, string | undefined>): string {
  const folder = folderOfUser()
  if (folder !== undefined && isAbsolute(folder)) return folder
  const variable = process.platform === 'win32' ? 'USERPROFILE' : 'HOME'
  throw new PoolkeyError('environment-invalid', {
    variable,
    value: env[variable] ?? '',
    allowed: 'an absolute path (or set POOLKEY_HOME and AWS_CONFIG_FILE)',
  })
}

function folderOfUser(): string | undefined {
  try {
    return homedir()
  } catch {
    // No HOME, and a user that no list knows, as in containers that run as any number.
    return undefined
  }
}
