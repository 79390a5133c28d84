import type { ConfigPlace } from '../../profile/config-files.ts'
import type { Terminal } from '../terminal/terminal.ts'

/** Which profile is meant. All that decides it is here. */
export interface MeantProfile {
  /**
   * Its name, whether it exists or not: that of `--profile`, AWS_PROFILE or AWS_DEFAULT_PROFILE, the one that was picked, or
   * `default`. Throws `usage`.
   */
  name: () => Promise<string>
  /** Whether `--profile` or a variable names it. */
  isNamed: boolean
  /** Lets a person pick one where none is named; the one picked is meant from then on. Throws as `readConfigFiles`. */
  pick: () => Promise<void>
  /** The profile of the exec around this, if nothing but that exec may be why `name` is looked for. */
  outerOf: (name: string) => string | undefined
}

/** `flag` is the value of `--profile`; `signal` ends the question. */
export function meantProfile(from: {
  flag: string | undefined
  files: ConfigPlace
  terminal: Pick<Terminal, 'canAsk' | 'say' | 'ask'>
  signal: AbortSignal
}): MeantProfile {
  const { flag, files, terminal, signal } = from
  const { env } = files
  const inside = env['INSIDE_POOLKEY'] ?? ''
  const isNamed = [flag, env['AWS_PROFILE'], env['AWS_DEFAULT_PROFILE']].some(Boolean)
  let pickedName: string | undefined

  return {
    isNamed,
    async name() {
      const { chooseProfileName } = await import('../../profile/profile-name.ts')
      return pickedName ?? chooseProfileName({ flag, env })
    },
    async pick() {
      // Inside of exec, which takes AWS_PROFILE away, the profile is known.
      if (!terminal.canAsk || isNamed || inside !== '') return
      const { readConfigFiles } = await import('../../profile/config-files.ts')
      const { pickProfile } = await import('./profile-picker.ts')
      const sources = readConfigFiles({ ...files, sparesCredentials: true })
      pickedName = await pickProfile({ files: sources, terminal, signal })
    },
    outerOf(name) {
      // exec takes AWS_PROFILE away, which would outrank the credentials that it sets.
      return flag === undefined && name === 'default' && inside !== '' ? inside : undefined
    },
  }
}
