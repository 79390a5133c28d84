import { obtainCredentials } from '../../broker/credentials.ts'
import { PoolkeyError } from '../../errors/poolkey-error.ts'
import { consoleDestination, federationUrl, linkLine, signInLink } from '../../outlets/console.ts'
import { requestSigninToken } from '../../outlets/federation.ts'
import { readFederationBase } from '../../outlets/federation-base.ts'
import { untilAborted } from '../../pause.ts'
import type { Profile } from '../../profile/profile.ts'
import type { Secret } from '../../secret.ts'
import { whyNoBrowser } from '../../sign-in/browser-command.ts'
import type { BrowserSurroundings } from '../../sign-in/browser-command.ts'
import { openAttendedBroker } from '../credentials/attended-broker.ts'
import { surroundingsOf } from '../sign-in/browser-surroundings.ts'
import type { BrowserContext } from '../sign-in/browser-surroundings.ts'
import type { Needs } from '../context.ts'
import { readCredentialsProfile } from '../credentials/credentials-profile.ts'
import { lastingWish } from '../credentials/lasting-credentials.ts'
import { clockTime } from '../texts/words.ts'

export interface ConsoleOptions {
  print?: boolean
  role?: string
  duration?: number
  timeout: number
}

/** Opens a page of the AWS console, signed in with the profile's credentials; or prints the address that does it. */
export async function openConsole(
  context: BrowserContext & Needs<'terminal' | 'profiles' | 'openBroker' | 'openHelper' | 'interrupted'>,
  options: ConsoleOptions,
  service?: string,
): Promise<number> {
  const { terminal } = context
  const profile = await readCredentialsProfile(context, options.role)
  const destination = consoleDestination(service, profile.region)
  const federation = federationUrl(profile.region, readFederationBase(context.env, profile))
  const surroundings = surroundingsOf(context, profile.signIn)
  const none = options.print === true ? undefined : whyNoBrowser(surroundings)
  // Before a token is had that nobody will use.
  if (none !== undefined)
    throw new PoolkeyError('no-browser', { profile: profile.name, detail: NO_BROWSER[none] })
  const broker = await openAttendedBroker(context, profile)
  // The console lives as long as these do.
  const { credentials } = await obtainCredentials(broker, lastingWish(undefined))
  const { token, isDurationRefused } = await requestSigninToken({
    federation,
    credentials,
    durationSeconds: options.duration,
    profile: profile.name,
    http: broker.http,
    signal: broker.signal,
  })
  const link = signInLink({ federation, destination, token })
  if (isDurationRefused) {
    terminal.label(
      'warning',
      'AWS refused --duration for these credentials, as it does after role chaining; the session was asked for without it',
    )
  }
  const isForLong = options.duration !== undefined && !isDurationRefused
  if (options.print === true) {
    terminal.say('This URL signs in whoever opens it within 15 minutes; keep it to yourself.')
    terminal.answer(linkLine(link))
  } else {
    await sendBrowser(context, { profile, surroundings, link, seconds: options.timeout })
  }
  if (!isForLong) terminal.say(`The console session lasts until ${clockTime(credentials.expiration)}.`)
  return 0
}

const NO_BROWSER = {
  root: 'this is root, for whom none is started unless BROWSER is set',
  codespaces: 'this is a codespace',
  ssh: 'this is an SSH session',
  container: 'this is a container',
  'no-display': 'there is no display',
}

/** The browser is given a page of this machine that leads on once: arguments can be read by everybody. */
async function sendBrowser(
  context: Needs<'terminal' | 'openHelper' | 'interrupted'>,
  parts: { profile: Profile; surroundings: BrowserSurroundings; link: Secret; seconds: number },
): Promise<void> {
  const { terminal, interrupted } = context
  const { surroundings, link, seconds } = parts
  const profile = parts.profile.name
  const { openOneShotRedirect } = await import('../../outlets/one-shot-redirect.ts')
  const { openBrowser } = await import('../../sign-in/browser.ts')
  interrupted.throwIfAborted()
  const redirect = await openOneShotRedirect({
    target: link,
    onStranger: (uid) => {
      terminal.label(
        'warning',
        uid === undefined
          ? 'a program that could not be told to be yours asked for the console, and was refused'
          : `a program of another user (uid ${uid}) asked for the console, and was refused`,
      )
    },
  })
  let timer: NodeJS.Timeout | undefined
  try {
    terminal.say(`Opening the AWS console in the browser (profile ${profile}) ...`)
    await Promise.race([
      redirect.taken,
      untilAborted(interrupted),
      new Promise((_resolve, reject) => {
        timer = setTimeout(() => {
          reject(new PoolkeyError('console-not-opened', { profile, seconds }))
        }, seconds * 1000)
        void openBrowser({ ...surroundings, url: redirect.url, helper: context.openHelper }).then(
          (outcome) => {
            if (outcome.kind === 'not-opened')
              reject(new PoolkeyError('no-browser', { profile, detail: outcome.detail }))
          },
        )
      }),
    ])
  } finally {
    clearTimeout(timer)
    await redirect.close()
  }
}
