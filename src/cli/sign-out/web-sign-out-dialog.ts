/** The browser's part of a sign-out, as the person at the terminal sees it. */
import { PoolkeyError } from '../../errors/poolkey-error.ts'
import type { Profile, SignInSettings } from '../../profile/profile.ts'
import { pause } from '../../pause.ts'
import { openBrowser } from '../../sign-in/browser.ts'
import { whyNoBrowser } from '../../sign-in/browser-command.ts'
import { openWebSignOut } from '../../sign-in/web-sign-out.ts'
import { surroundingsOf } from '../sign-in/browser-surroundings.ts'
import type { BrowserContext } from '../sign-in/browser-surroundings.ts'
import type { Needs } from '../context.ts'

const WAIT_SECONDS = 60

/** What a browser has a session at. Throws `setting-missing` for a profile without a domain. */
export function hostedUiOf({ name, file, signIn }: Profile): SignInSettings {
  if (signIn?.domain) return signIn
  const neededFor = 'logout --web'
  throw new PoolkeyError('setting-missing', { profile: name, file, key: 'cognito_domain', neededFor })
}

/**
 * Sends the browser to the page that ends its session; where none can be opened, the page's address is said. Throws
 * `redirect-ports-taken`, `web-sign-out-unconfirmed`.
 */
export async function signOutOfWeb(
  context: BrowserContext & Needs<'terminal' | 'openHelper' | 'interrupted'>,
  signIn: SignInSettings,
): Promise<void> {
  const { terminal, interrupted } = context
  const surroundings = surroundingsOf(context, signIn)
  const byHand = (url: string) => {
    terminal.say("To end the browser's session too, open in that browser:")
    terminal.say(`  ${url}`)
    if (signIn.logoutUri !== undefined)
      terminal.say('It has ended even if the page that this leads to does not load.')
  }
  const signOut = await openWebSignOut(signIn)
  try {
    const isOpened =
      whyNoBrowser(surroundings) === undefined &&
      (await openBrowser({ ...surroundings, url: signOut.url, helper: context.openHelper })).kind === 'opened'
    if (!isOpened) {
      byHand(signOut.url)
      return
    }
    if (!signOut.landed) {
      terminal.say(
        'The browser was sent to end its session; only a cognito_logout_uri on this machine would tell that it has.',
      )
      return
    }
    terminal.progress('Waiting for the browser to end its session ...')
    const inTime = new AbortController()
    const tooLate = pause(WAIT_SECONDS * 1000, AbortSignal.any([interrupted, inTime.signal])).then(() => {
      const { clientId, logoutUri = '' } = signIn
      throw new PoolkeyError('web-sign-out-unconfirmed', { seconds: WAIT_SECONDS, clientId, logoutUri })
    })
    try {
      await Promise.race([signOut.landed, tooLate])
    } finally {
      inTime.abort()
      tooLate.catch(() => undefined)
    }
    terminal.say("The browser's session has ended.")
  } finally {
    terminal.progress(undefined)
    await signOut.close()
  }
}
