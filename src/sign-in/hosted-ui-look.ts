import { isPoolkeyError } from '../errors/poolkey-error.ts'
import type { PoolkeyError } from '../errors/poolkey-error.ts'
import type { Http } from '../http/http.ts'
import { pause } from '../pause.ts'

/** Long enough for whoever is signed in at the user pool already: no request is made for them. */
const LOOK_AFTER_MS = 3_000

/**
 * Looks, a while after a browser was sent to the hosted UI, whether its host can be reached from here: `onUnreachable` is told
 * where its name is not known or nobody listens. Anything that is answered will do, and all other failures tell nothing of what a
 * browser meets, which may have another way, such as a proxy. Never throws; `signal` ends it.
 */
export async function lookForHostedUi(look: {
  domain: URL
  http: Http
  signal: AbortSignal
  afterMs?: number | undefined
  onUnreachable: (error: PoolkeyError<'network'>) => void
}): Promise<void> {
  const { domain, http, signal, afterMs = LOOK_AFTER_MS, onUnreachable } = look
  try {
    await pause(afterMs, signal)
    const url = new URL('/oauth2/authorize', domain)
    await http.request({ operation: 'the sign-in page', method: 'GET', url, signal })
  } catch (error) {
    // The sign-in is over, or goes on whatever this was.
    if (!signal.aborted && isPoolkeyError(error, 'network') && isNobody(error.facts)) onUnreachable(error)
  }
}

function isNobody({ kind, detail }: PoolkeyError<'network'>['facts']): boolean {
  return (kind === 'name' && detail === 'ENOTFOUND') || (kind === 'connect' && detail === 'ECONNREFUSED')
}
