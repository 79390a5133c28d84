/** Where the console's federation is asked in tests, and whose credentials AWS's must not be sent. Pure. */
import { PoolkeyError } from '../errors/poolkey-error.ts'
import { isLoopbackHost } from '../loopback/loopback-host.ts'
import type { Profile } from '../profile/profile.ts'

const VARIABLE = 'POOLKEY_SIGNIN_ENDPOINT'

/**
 * The base URL of POOLKEY_SIGNIN_ENDPOINT, for tests: on loopback only. Credentials that come from this machine are not
 * AWS's: for a profile with such an endpoint it must be set. Throws `environment-invalid`.
 */
export function readFederationBase(
  env: Record<string, string | undefined>,
  profile?: Pick<Profile, 'exchange' | 'chain' | 'endpoints'>,
): URL | undefined {
  const value = env[VARIABLE] ?? ''
  if (value === '') {
    const local = profile && localSource(profile)
    if (!local) return undefined
    throw new PoolkeyError('environment-invalid', {
      variable: VARIABLE,
      value,
      allowed: `${local.origin} (where this profile's credentials come from; AWS's console is not sent them)`,
    })
  }
  const url = URL.canParse(value) ? new URL(value) : undefined
  const isPlain = url?.username === '' && url.password === '' && url.search === '' && url.hash === ''
  if (url && isPlain && /^https?:$/.test(url.protocol) && isLoopbackHost(url.hostname)) return url
  throw new PoolkeyError('environment-invalid', {
    variable: VARIABLE,
    value,
    allowed: 'a base URL on loopback such as http://127.0.0.1:8080, or to nothing',
  })
}

/** The endpoint on this machine that hands out a profile's credentials; undefined: it is elsewhere. */
function localSource({
  exchange,
  chain,
  endpoints,
}: Pick<Profile, 'exchange' | 'chain' | 'endpoints'>): URL | undefined {
  const source = exchange.kind === 'enhanced' && !chain ? endpoints.cognitoIdentity : endpoints.sts
  return source && isLoopbackHost(source.hostname) ? source : undefined
}
