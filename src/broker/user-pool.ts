/** The user pool's API as a profile's app client calls it: where it is, and by which client. */
import type { RequestDoor } from '../http/http.ts'
import type { ServicePlace } from '../http/sdk-transport.ts'
import type { Profile, SignInSettings } from '../profile/profile.ts'
import type { Secret } from '../secret.ts'
import type { AppClient, UserPoolClient } from '../sign-in/user-pool-api.ts'

/** Where the API is and who calls it; `clientSecret` is what `clientSecretOf` gives, or what stands in for it. */
export function userPoolOf(
  { endpoints }: Pick<Profile, 'endpoints'>,
  { clientId, userPoolRegion: region }: SignInSettings,
  clientSecret: Secret | undefined,
): { place: ServicePlace; client: AppClient } {
  const { cognitoIdentityProvider: endpoint, useFips, useDualstack } = endpoints
  return { place: { region, endpoint, useFips, useDualstack }, client: { clientId, clientSecret } }
}

/** The same, ready to be called. It is loaded now: most commands never need it. */
export async function userPoolClientFor(
  { profile, http }: { profile: Pick<Profile, 'endpoints'>; http: RequestDoor },
  signIn: SignInSettings,
  clientSecret: Secret | undefined,
): Promise<UserPoolClient> {
  const { createUserPoolClient } = await import('../sign-in/user-pool-api.ts')
  const { place, client } = userPoolOf(profile, signIn, clientSecret)
  return createUserPoolClient(place, client, { http })
}
