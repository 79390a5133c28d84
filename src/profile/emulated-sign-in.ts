/** Sign-ins on this machine and the AWS that their tokens are not for. Pure. */
import { PoolkeyError } from '../errors/poolkey-error.ts'
import { isLoopbackHost } from '../loopback/loopback-host.ts'
import type { Profile } from './profile.ts'

/**
 * Throws `setting-missing` for a profile whose issuer is on loopback, as an emulator's, and has no endpoint of its own for a
 * service it asks then: AWS would be sent a token that it can make nothing of, and that is none of its business.
 */
export function refuseAwsBehindLoopback(profile: Profile): void {
  const host = loopbackHostOf(profile)
  if (host === undefined || !asksAws(profile)) return
  throw new PoolkeyError('setting-missing', {
    profile: profile.name,
    file: profile.file,
    key: 'endpoint_url',
    neededFor: `a sign-in at ${host}`,
  })
}

// A domain on loopback may only lead on, as through a tunnel: whose tokens they are, the issuer says.
function loopbackHostOf({ signIn }: Profile): string | undefined {
  const issuer = signIn && new URL(signIn.issuer)
  return issuer && isLoopbackHost(issuer.hostname) ? issuer.host : undefined
}

function asksAws({ signIn, exchange, chain, endpoints }: Profile): boolean {
  const { kind } = exchange
  const usesIdentityPool = kind === 'enhanced' || kind === 'basic'
  const usesSts = kind === 'basic' || kind === 'web-identity' || chain !== undefined
  return (
    (usesIdentityPool && !endpoints.cognitoIdentity) ||
    (usesSts && !endpoints.sts) ||
    (signIn?.method === 'password' && !endpoints.cognitoIdentityProvider)
  )
}
