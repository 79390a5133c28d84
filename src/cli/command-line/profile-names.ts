/** Which profiles there are, for who names one wrongly. */
import { isOurs } from '../../errors/poolkey-error.ts'
import { readConfigFiles } from '../../profile/config-files.ts'
import { listProfiles } from '../../profile/profile-list.ts'
import { homeFolderOf } from '../doors/home-folder.ts'

/** The names in both AWS files; none where these cannot be read: it is only for a hint. */
export function readProfileNames(surroundings: {
  env: Record<string, string | undefined>
  platform: NodeJS.Platform
}): string[] {
  const { env, platform } = surroundings
  try {
    return listProfiles(readConfigFiles({ env, homeFolder: () => homeFolderOf(env, platform) })).map(
      ({ name }) => name,
    )
  } catch (error) {
    // A hint is not worth another failure.
    if (isOurs(error)) return []
    throw error
  }
}
