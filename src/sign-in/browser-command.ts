/** Which program would open the sign-in page, and in what environment: decided from what is passed in, nothing is run. */
import { joinFolders, safeFolders } from '../search-path.ts'

/** Variables by their names. */
export type Environment = Record<string, string | undefined>

/** Why no browser should be opened here. */
export type NoBrowserReason = 'root' | Elsewhere | 'no-display'

/** A place whose browser, if there is one, is not in front of the person. */
export type Elsewhere = 'codespaces' | 'ssh' | 'container'

/** What decides whether a browser can be opened, and which. */
export interface BrowserSurroundings {
  /** The words of `--browser`, `cognito_browser` or `$BROWSER`. */
  command: string[] | undefined
  env: Environment
  platform: NodeJS.Platform
  isRoot: boolean
  /** Whether the system's own marks say that this is a container. */
  isContainer: boolean
}

/** Whether a browser can be opened: a set command always counts as one. */
export function hasBrowser(surroundings: BrowserSurroundings): boolean {
  return whyNoBrowser(surroundings) === undefined
}

/** The reason not to open the system's browser: as root, where it would open elsewhere, on Linux without a display. */
export function whyNoBrowser(surroundings: BrowserSurroundings): NoBrowserReason | undefined {
  const { command, env, platform, isRoot } = surroundings
  if (command !== undefined && command.length > 0) return undefined
  if (isRoot) return 'root'
  const elsewhere = whereElse(surroundings)
  if (elsewhere !== undefined) return elsewhere
  const isShown = isSet(env, 'DISPLAY') || isSet(env, 'WAYLAND_DISPLAY')
  return needsXdgOpen(env, platform) && !isShown ? 'no-display' : undefined
}

/**
 * Where this is, if not in front of the person. A codespace is entered through SSH, too, and reached in its own way. Of the
 * containers a toolbox and a Distrobox share the person's display and network: they count as this machine.
 */
export function whereElse({
  env,
  isContainer,
}: Pick<BrowserSurroundings, 'env' | 'isContainer'>): Elsewhere | undefined {
  if (isSet(env, 'CODESPACES')) return 'codespaces'
  if (isSet(env, 'SSH_CONNECTION') || isSet(env, 'SSH_TTY')) return 'ssh'
  if (isSet(env, 'TOOLBOX_PATH') || isSet(env, 'DISTROBOX_ENTER_PATH')) return undefined
  // systemd.io/CONTAINER_INTERFACE: set by whoever runs a container. Flatpak shares the display.
  const isNamed = isSet(env, 'container') && env['container'] !== 'flatpak'
  return isContainer || isNamed || isSet(env, 'KUBERNETES_SERVICE_HOST') ? 'container' : undefined
}

function isSet(env: Environment, name: string): boolean {
  return env[name] !== undefined && env[name] !== ''
}

/**
 * Splits a command line into words without a shell: blanks separate, quotes of both kinds join, and except on Windows a
 * backslash outside single quotes escapes a quote, a blank or itself. `undefined` when empty or a quote stays open.
 */
export function splitCommand(text: string, platform: NodeJS.Platform): string[] | undefined {
  const words: string[] = []
  let word: string | undefined
  let quote: string | undefined
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index)
    const next = text.charAt(index + 1)
    if (character === '\\' && quote !== "'" && platform !== 'win32' && /^["'\\\s]$/.test(next)) {
      word = (word ?? '') + next
      index += 1
    } else if (quote !== undefined) {
      if (character === quote) quote = undefined
      else word = (word ?? '') + character
    } else if (character === '"' || character === "'") {
      quote = character
      word ??= ''
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else {
      word = (word ?? '') + character
    }
  }
  if (word !== undefined) words.push(word)
  return quote !== undefined || words.length === 0 ? undefined : words
}

/** The command's words with the URL in place of every `%s`, else as the last word. */
export function withUrl(command: string[], url: string): string[] {
  const [program, ...words] = command
  if (program === undefined) return []
  if (!words.some((word) => word.includes('%s'))) return [...command, url]
  return [program, ...words.map((word) => word.replaceAll('%s', () => url))]
}

/** What a browser may see of the environment: no `AWS_*`, no `POOLKEY_*`, and a PATH of absolute folders only. */
export function browserEnvironment(env: Environment, platform: NodeJS.Platform): Environment {
  const path = joinFolders(safeFolders({ env, platform }), platform)
  const kept = Object.entries(env).filter(([name]) => !/^(AWS|POOLKEY)_/i.test(name))
  return Object.fromEntries(kept.map(([name, value]) => [name, name.toUpperCase() === 'PATH' ? path : value]))
}

/** Whether the system's browser is reached through a program that may be missing. */
export function needsXdgOpen(env: Environment, platform: NodeJS.Platform): boolean {
  return platform !== 'darwin' && platform !== 'win32' && !isWsl(env)
}

function isWsl(env: Environment): boolean {
  return env['WSL_DISTRO_NAME'] !== undefined
}
