import { existsSync } from 'node:fs'
import type { SignInSettings } from '../../profile/profile.ts'
import { splitCommand } from '../../sign-in/browser-command.ts'
import type { BrowserSurroundings } from '../../sign-in/browser-command.ts'
import type { Needs } from '../context.ts'

// What Docker and Podman leave in every container of theirs.
const CONTAINER_MARKS = ['/.dockerenv', '/run/.containerenv']

/** What tells whether a browser can be opened here. */
export type BrowserContext = Needs<'env' | 'platform' | 'isRoot'>

/** Where a browser would be opened, and by what; `signIn` is undefined for a guest. */
export function surroundingsOf(
  context: BrowserContext,
  signIn: SignInSettings | undefined,
): BrowserSurroundings {
  const { env, platform, isRoot } = context
  const command = signIn?.browserCommand ?? splitCommand(env['BROWSER'] ?? '', platform)
  const isContainer = CONTAINER_MARKS.some((path) => existsSync(path))
  return { command, env, platform, isRoot, isContainer }
}
