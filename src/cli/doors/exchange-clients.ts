/** The clients of the exchange with AWS, each made when it is first asked for. */
import type { ExchangeClients } from '../../exchange/exchange.ts'
import type { Http } from '../../http/http.ts'
import type { Profile } from '../../profile/profile.ts'

/** Those of a profile, which go through `http`. */
export function exchangeClientsOf(profile: Profile, http: Http): ExchangeClients {
  const { useFips, useDualstack, sts, cognitoIdentity } = profile.endpoints
  const region = profile.identityPool?.region ?? profile.region
  return {
    async identityPool() {
      const { createIdentityPoolClient } = await import('../../exchange/identity-pool.ts')
      return createIdentityPoolClient({ region, endpoint: cognitoIdentity, useFips, useDualstack }, http)
    },
    async securityToken() {
      const { createSecurityTokenClient } = await import('../../exchange/security-token.ts')
      return createSecurityTokenClient({ region: profile.region, endpoint: sts, useFips, useDualstack }, http)
    },
  }
}

/** Loads what a renewal will need. What fails here fails again where it is needed, and is told there. */
export function loadAhead(profile: Profile, clients: ExchangeClients): void {
  void loadAll(profile, clients).catch(() => undefined)
}

async function loadAll({ exchange }: Profile, clients: ExchangeClients): Promise<void> {
  await import('../../sign-in/id-token.ts')
  if (exchange.kind === 'web-identity') await clients.securityToken()
  else if (exchange.kind !== 'none') await clients.identityPool()
}
