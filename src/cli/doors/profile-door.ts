/** The profile that a command is about, and what its files say of it. The files are read when they are asked for. */
import { isPoolkeyError, PoolkeyError } from '../../errors/poolkey-error.ts'
import type { ConfigPlace } from '../../profile/config-files.ts'
import type { FilesRead } from '../../profile/file-identity.ts'
import type { Profile } from '../../profile/profile.ts'
import type { ProfileOrigins } from '../../profile/setting-origins.ts'
import type { MeantProfile } from './meant-profile.ts'

/** `cognito_*` keys given as flags, which outrank the profile. */
export type Overrides = Record<string, string>

/** How a profile is read: as `ProfileDoor.read` says. */
export interface ReadProfileOptions {
  sparesCredentials?: boolean
  neverAsks?: boolean
}

/** The profiles of the AWS files, above all the one that is meant. */
export interface ProfileDoor {
  /** The name of the profile that is meant, whether it exists or not. Throws `usage`. */
  meantName: MeantProfile['name']
  /** Whether `--profile` or a variable names it. */
  isNamed: boolean
  /**
   * The profile that is meant; where none is named, a person may be asked which, unless `neverAsks`. `sparesCredentials`: also
   * when the credentials file makes no sense.
   */
  read(overrides?: Overrides, how?: ReadProfileOptions): Promise<Profile>
  /** The one last read; undefined before that. */
  lastRead(): Profile | undefined
  /** The files that it was read from. */
  filesRead: FilesRead
  /** Every poolkey profile that can be read, whatever is in the credentials file. */
  readAll(): Promise<Profile[]>
  /** Where the values of a profile that was read come from. */
  readOrigins(profile: Profile): Promise<ProfileOrigins>
  /** Edits keys of a profile in the configuration file, in place. */
  setKeys(profile: Profile, keys: Record<string, string>): Promise<void>
}

/** `signal` ends the waiting for another editor. */
export function profileDoor(from: {
  files: ConfigPlace
  meant: MeantProfile
  now: () => number
  signal: AbortSignal
}): ProfileDoor {
  const { files, meant, now, signal } = from
  const filesRead: FilesRead = new Map()
  let profile: Profile | undefined

  return {
    meantName: meant.name,
    isNamed: meant.isNamed,
    filesRead,
    lastRead: () => profile,
    async read(overrides = {}, how = {}) {
      const { readProfileFromDisk } = await import('../../profile/profiles-on-disk.ts')
      const { noteFile } = await import('../../profile/file-identity.ts')
      if (how.neverAsks !== true) await meant.pick()
      const name = await meant.name()
      const onRead = (path: string) => {
        noteFile(filesRead, path, now())
      }
      try {
        profile = readProfileFromDisk({ ...files, name, onRead, overrides, ...how })
      } catch (error) {
        const inside = meant.outerOf(name)
        if (!isPoolkeyError(error, 'profile-unknown') || inside === undefined) throw error
        throw new PoolkeyError('profile-unknown', { ...error.facts, inside }, { cause: error })
      }
      return profile
    },
    async readAll() {
      const { readAllProfilesFromDisk } = await import('../../profile/profiles-on-disk.ts')
      return readAllProfilesFromDisk({ ...files, sparesCredentials: true })
    },
    async readOrigins({ name }) {
      const { readConfigFiles } = await import('../../profile/config-files.ts')
      const { readOrigins } = await import('../../profile/setting-origins.ts')
      return readOrigins({ ...readConfigFiles(files), name, env: files.env })
    },
    async setKeys({ file, name }, keys) {
      const { editConfigFile } = await import('../../profile/config-write.ts')
      const { setKeys } = await import('../../profile/config-edit.ts')
      await editConfigFile(
        file,
        (text) => setKeys(text, { file, kind: 'config', profile: name }, keys),
        signal,
      )
    },
  }
}
