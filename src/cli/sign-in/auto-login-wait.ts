/**
 * `cognito_auto_login`: a credential process that finds nobody signed in has a browser opened, once for all that wait. The
 * sign-in runs in a process of its own and so outlives a caller whose SDK grows tired of waiting.
 */
import { monotonicMs } from '../../monotonic.ts'
import { spawn } from 'node:child_process'
import type { Broker } from '../../broker/broker.ts'
import {
  endAttempt,
  forgetOutdatedAttempts,
  isSomebodySigningIn,
  recallAttempt,
} from '../../broker/cool-down.ts'
import { sessionId } from '../../broker/entry-names.ts'
import { withBrokerLock } from '../../broker/locks.ts'
import { isSignedIn } from '../../broker/session.ts'
import { PoolkeyError } from '../../errors/poolkey-error.ts'
import { pause } from '../../pause.ts'
import type { Profile } from '../../profile/profile.ts'
import { whyNoBrowser } from '../../sign-in/browser-command.ts'
import { surroundingsOf } from './browser-surroundings.ts'
import type { BrowserContext } from './browser-surroundings.ts'
import type { Needs } from '../context.ts'
import { browserSignInOf } from './sign-in-dialog.ts'

// What is left of the caller's 55 s is for the exchange.
const PATIENCE_MS = 48_000
const PAUSE_MS = 100

/** Whether a browser may be opened here for a profile that asks for it. */
export function canAutoLogin(context: BrowserContext, { signIn }: Profile): boolean {
  const { autoLogin = false, method, domain } = signIn ?? {}
  if (!signIn || !autoLogin || method === 'password' || !domain) return false
  return whyNoBrowser(surroundingsOf(context, signIn)) === undefined
}

/**
 * Waits until somebody is signed in, for which a browser is opened if none is yet. Throws `missing` (why a person is needed),
 * how the attempt ended, or `sign-in-required` while it still waits for the person.
 */
export async function waitForAutoLogin(
  context: Needs<'env' | 'selfCommand'>,
  broker: Broker,
  missing: PoolkeyError<'sign-in-required'>,
): Promise<void> {
  const signIn = browserSignInOf(broker.profile)
  const id = sessionId(signIn)
  const startedAt = broker.now()
  const giveUpAtMs = monotonicMs() + PATIENCE_MS
  const isRunning = () => isSomebodySigningIn(broker, signIn)
  const failure = () => recallAttempt(broker, signIn, startedAt)
  let isBegun = false
  // One with other settings is called off: the last who came counts. One that somebody began by hand has no note.
  forgetOutdatedAttempts(broker, signIn)
  while (!isSignedIn(broker)) {
    if (!isRunning()) {
      const ended = failure()
      // Between the looks a sign-in may have ended well, or begun: until it ends, its note says that nobody finished it.
      if (isSignedIn(broker)) return
      if (ended && isRunning()) continue
      if (ended) throw ended
      if (isBegun) throw missing
      await withBrokerLock(broker, { kind: 'auto-login', id }, async () => {
        if (isSignedIn(broker) || isRunning() || failure()) return
        await beginLogin(context, broker, isRunning)
        // It ended before it took the lock: whoever waits here is not to try the same again.
        if (!isSignedIn(broker) && !isRunning() && !failure()) endAttempt(broker, signIn, missing)
      })
      isBegun = true
    }
    if (monotonicMs() > giveUpAtMs) {
      throw new PoolkeyError('sign-in-required', { profile: broker.profile.name, reason: 'in-progress' })
    }
    await pause(PAUSE_MS, broker.signal)
  }
}

/** Starts the sign-in's own process and waits until it has begun, or ended. */
async function beginLogin(
  context: Needs<'env' | 'selfCommand'>,
  broker: Broker,
  isRunning: () => boolean,
): Promise<void> {
  const [program = '', ...words] = context.selfCommand
  const child = spawn(program, [...words, 'auto-login', '--profile', broker.profile.name], {
    env: context.env,
    detached: true,
    stdio: 'ignore',
    windowsHide: true,
  })
  const over = new AbortController()
  for (const event of ['exit', 'error'] as const) {
    child.once(event, () => {
      over.abort()
    })
  }
  while (!over.signal.aborted && !isRunning()) await pause(PAUSE_MS / 4, broker.signal)
  child.unref()
}
