/** Signing a person out on every machine: what the user pool does with an access token of theirs. */
import { PoolkeyError } from '../errors/poolkey-error.ts'
import { decodeClaims } from '../sign-in/claims.ts'
import { obtainAccessToken } from './access-token.ts'
import type { Broker } from './broker.ts'
import { clientSecretOf } from './client-secret.ts'
import { userPoolClientFor } from './user-pool.ts'

// Without this scope the user pool takes an access token for nothing but user info.
const SIGN_OUT_SCOPE = 'aws.cognito.signin.user.admin'

/**
 * Ends every session of the person (GlobalSignOut), refreshing first where the access token is over. Throws `scope-missing`,
 * `service-refused`, and as `obtainAccessToken`.
 */
export async function signOutEverywhere(broker: Broker): Promise<void> {
  const { profile, signal } = broker
  const { signIn } = profile
  if (!signIn) throw new PoolkeyError('no-token', { profile: profile.name })
  const accessToken = await obtainAccessToken(broker)
  const { scope } = decodeClaims(accessToken).raw
  if (typeof scope !== 'string' || !scope.split(' ').includes(SIGN_OUT_SCOPE))
    throw new PoolkeyError('scope-missing', { profile: profile.name, scope: SIGN_OUT_SCOPE })
  const api = await userPoolClientFor(broker, signIn, clientSecretOf(broker))
  await api.globalSignOut({ accessToken, signal })
}
