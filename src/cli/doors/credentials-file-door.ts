import type { ConfigPlace } from '../../profile/config-files.ts'
import { isPoolkeyError } from '../../errors/poolkey-error.ts'
import type { WrittenFor } from '../../outlets/credentials-file.ts'
import type { ConfigSources } from '../../profile/profile-values.ts'

/** The shared credentials file on disk. */
export interface CredentialsFile {
  /**
   * Edits it in place: `edit` is given both files and gives the new text. `isOpen`: other users of the machine may read it.
   * Throws as `editConfigFile`.
   */
  edit(edit: (files: Required<ConfigSources>) => string): Promise<{ file: string; isOpen: boolean }>
  /**
   * Removes what `write` wrote for a holder, or for anybody, in one section or in all; gives the sections' names. Throws as
   * `editConfigFile`.
   */
  removeWritten(from: WrittenFor): Promise<{ file: string; names: string[] }>
}

/** Made with the wiring; everything is loaded when it is used. `signal` ends the waiting for another editor. */
export function credentialsFileDoor(place: ConfigPlace, signal: AbortSignal): CredentialsFile {
  return {
    async edit(edit) {
      const { configPaths, readConfigFile } = await import('../../profile/config-files.ts')
      const { editConfigFile, isOpenToOthers } = await import('../../profile/config-write.ts')
      const { configFile, credentialsFile: file } = configPaths(place)
      const editOne = (credentialsText: string) =>
        edit({
          configFile,
          configText: readConfigFile(configFile) ?? '',
          credentialsFile: file,
          credentialsText,
        })
      await editConfigFile(file, editOne, signal)
      return { file, isOpen: isOpenToOthers(file) }
    },
    async removeWritten(from) {
      const { configPaths, readConfigFile } = await import('../../profile/config-files.ts')
      const { editConfigFile, hasFolder } = await import('../../profile/config-write.ts')
      const { removeWritten } = await import('../../outlets/credentials-file.ts')
      const { credentialsFile: file } = configPaths(place)
      let names: string[] = []
      const edit = (text: string) => {
        const edited = removeWritten(text, { file, ...from })
        names = edited.names
        return edited.text
      }
      try {
        // Not even a lock is made where there is no folder: nobody can be writing there.
        if (hasFolder(file)) await editConfigFile(file, edit, signal)
      } catch (error) {
        // A folder that takes no lock takes no section either: what can be read now is all there is.
        if (!isPoolkeyError(error, 'config-unwritable')) throw error
        edit(readConfigFile(file) ?? '')
        if (names.length > 0) throw error
      }
      return { file, names }
    },
  }
}
