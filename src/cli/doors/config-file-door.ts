import type { PoolkeyError } from '../../errors/poolkey-error.ts'
import type { ConfigPlace } from '../../profile/config-files.ts'
import type { ProfileEntry } from '../../profile/profile-list.ts'
import type { Profile } from '../../profile/profile.ts'
import type { ConfigSources } from '../../profile/profile-values.ts'

/** The configuration file on disk, with the credentials file beside it. */
export interface ConfigFile {
  /** Where the files are, or would be. */
  paths(): Promise<{ configFile: string; credentialsFile: string }>
  /** Both files as they are now. Throws `config-unreadable`. */
  read(): Promise<Required<ConfigSources>>
  /** What a profile would be if the files said so. Throws as `parseProfile`. */
  parse(files: Required<ConfigSources>, name: string): Promise<Profile>
  /** Every poolkey profile of both files, or what is wrong with it. Throws `config-unreadable`, `config-syntax`. */
  entries(): Promise<{ entry: ProfileEntry; profile: Profile | PoolkeyError }[]>
  /** Whether AWS tools that are told no profile find credentials in the files all the same. Throws as `entries`. */
  hasDefaultCredentials(): Promise<boolean>
  /** Edits it in place: `edit` is given both files and gives the new text. Throws as `editConfigFile`. */
  edit(edit: (files: Required<ConfigSources>) => string): Promise<void>
}

/** Made with the wiring; everything is loaded when it is used. `signal` ends the waiting for another editor. */
export function configFileDoor(place: ConfigPlace, signal: AbortSignal): ConfigFile {
  return {
    async paths() {
      const { configPaths } = await import('../../profile/config-files.ts')
      return configPaths(place)
    },
    async read() {
      const { readConfigFiles } = await import('../../profile/config-files.ts')
      return readConfigFiles(place)
    },
    async parse(files, name) {
      const { parseFiles } = await import('../../profile/profiles-on-disk.ts')
      return parseFiles(files, { ...place, name })
    },
    async entries() {
      const { readProfileEntries } = await import('../../profile/profiles-on-disk.ts')
      return readProfileEntries(place)
    },
    async hasDefaultCredentials() {
      const { readConfigFiles } = await import('../../profile/config-files.ts')
      const { hasCredentials } = await import('../../profile/profile-list.ts')
      return hasCredentials(readConfigFiles(place), 'default')
    },
    async edit(edit) {
      const { configPaths, readConfigFiles } = await import('../../profile/config-files.ts')
      const { editConfigFile } = await import('../../profile/config-write.ts')
      const { withConfigText } = await import('../../profile/profile-edit.ts')
      // What is edited is what was read under the lock.
      const editOne = (text: string) => edit(withConfigText(readConfigFiles(place), text))
      await editConfigFile(configPaths(place).configFile, editOne, signal)
    },
  }
}
