import { onTestFinished } from 'vitest'
import type { Emulator } from '../../src/emulator/emulator.ts'
import type { ExchangeClients } from '../../src/exchange/exchange.ts'
import { createIdentityPoolClient } from '../../src/exchange/identity-pool.ts'
import { createSecurityTokenClient } from '../../src/exchange/security-token.ts'
import { createHttp } from '../../src/http/http.ts'
import type { Http, HttpOptions } from '../../src/http/http.ts'
import { parseProfile } from '../../src/profile/parse-profile.ts'
import type { Profile } from '../../src/profile/profile.ts'

/** The profile `dev` of an emulator, read as from a file; `extra` adds keys or replaces them. */
export function profileOf(emulator: Emulator, extra: Record<string, string> = {}): Profile {
  return parseProfile({
    name: 'dev',
    configText: emulator.profileText('dev', extra),
    configFile: 'config',
    env: {},
    readFile: (path) => {
      throw new Error(`no test reads ${path}`)
    },
  })
}

/** A door of the running test alone. */
export function openHttp(options: Partial<HttpOptions> = {}): Http {
  const http = createHttp({ now: Date.now, ...options })
  onTestFinished(() => {
    http.close()
  })
  return http
}

/** The real SDK clients, at the places a profile names. */
export function clientsOf(profile: Profile, http: Http): ExchangeClients {
  const { sts, cognitoIdentity, useFips, useDualstack } = profile.endpoints
  const { region } = profile
  return {
    identityPool: () =>
      Promise.resolve(
        createIdentityPoolClient({ region, endpoint: cognitoIdentity, useFips, useDualstack }, http),
      ),
    securityToken: () =>
      Promise.resolve(createSecurityTokenClient({ region, endpoint: sts, useFips, useDualstack }, http)),
  }
}
