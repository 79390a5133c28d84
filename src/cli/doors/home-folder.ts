import { homedir } from 'node:os'
import { isAbsolute } from 'node:path'
import { PoolkeyError } from '../../errors/poolkey-error.ts'
import { homeVariable } from '../../folders.ts'

/** The home folder: the environment's, else that of the system's list of users. Throws `environment-invalid`. */
export function homeFolderOf(env: Record<string, string | undefined>, platform: NodeJS.Platform): string {
  const folder = folderOfUser()
  if (folder !== undefined && isAbsolute(folder)) return folder
  const variable = homeVariable(platform)
  throw new PoolkeyError('environment-invalid', {
    variable,
    value: env[variable] ?? '',
    allowed: 'an absolute path (or set POOLKEY_HOME and AWS_CONFIG_FILE)',
  })
}

function folderOfUser(): string | undefined {
  try {
    return homedir()
  } catch (error) {
    // No HOME, and a user that no list knows, as in containers that run as any number.
    if (error instanceof Error && 'syscall' in error && error.syscall === 'uv_os_homedir') return undefined
    throw error
  }
}
