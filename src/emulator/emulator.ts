import type { EmulatorSettings } from './configuration.ts'
import { completeSettings, defaultRoles, EXTERNAL_ID, TEST_USER } from './default-settings.ts'
import type { EmulatorRoles, SettingsChange } from './default-settings.ts'
import { createFaults } from './faults.ts'
import type { Faults } from './faults.ts'
import type { Forgery } from './forgery.ts'
import { createCredentialBook } from './issued-credentials.ts'
import type { CredentialBook } from './issued-credentials.ts'
import type { SentCode } from './pending-challenges.ts'
import type { EmulatorRequest } from './request-log.ts'
import { createRoutes } from './routes.ts'
import { listen } from './server.ts'
import { generateSigningKeys, signingKeys } from './signing-keys.ts'
import { createUserPool } from './user-pool.ts'

/** How to start: every setting has a default that makes the whole chain work. */
export interface EmulatorOptions extends SettingsChange {
  /** 0, the default, takes any free port. */
  port?: number
  /** The emulator's clock in milliseconds; its `Date` header follows it. */
  now?: () => number
  /**
   * The user pool's issuer, by default a URL of the emulator. AWS's own, such as
   * `https://cognito-idp.<region>.amazonaws.com/<pool>`, is for who stands behind something that has AWS's host names.
   */
  issuer?: string
  /** Host names to answer to besides loopback's: none by default, since a web page may rebind any other name. */
  isOwnHost?: (hostname: string) => boolean
}

/** A running Cognito and STS on loopback. */
export interface Emulator {
  /** `http://127.0.0.1:PORT`: hosted UI, cognito-identity and STS alike. */
  origin: string
  region: string
  userPoolId: string
  clientId: string
  identityPoolId: string
  accountId: string
  issuer: string
  roles: EmulatorRoles
  /** The external ID that `roles.chainedWithExternalId` asks for. */
  externalId: string
  /** The first user, whose name and password the sign-in form comes filled in with. */
  user: { username: string; password: string; email: string }
  /** Read at each request: changing it changes what the emulator does from then on. */
  settings: EmulatorSettings
  requests: readonly EmulatorRequest[]
  /** The codes that were sent to people, by SMS or mail, oldest first. */
  sentCodes: readonly SentCode[]
  /** How many requests of an operation have arrived. */
  count(operation: string): number
  faults: Faults
  /** The credentials handed out, for a service beside the emulator that is to know who signed. */
  credentials: Pick<CredentialBook, 'find'>
  /** Falsifies the ID tokens minted from now on; `undefined` makes them honest again. */
  forge(forgery: Forgery | undefined): void
  /** New signing keys: tokens signed before no longer verify. */
  rotateSigningKeys(): Promise<void>
  /** An administrator signs the user out everywhere: refresh and access tokens end, the browser's session does not. */
  revokeAllSessions(): void
  /** A section of the AWS config file for this emulator. `extra` adds keys or replaces them. */
  profileText(name: string, extra?: Record<string, string>): string
  stop(): Promise<void>
}

/** Starts the emulator on 127.0.0.1. Rejects with Node's own error when the port is taken. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const { port = 0, now = Date.now, issuer, isOwnHost = () => false, ...change } = options
  const keys = await signingKeys()
  const requests: EmulatorRequest[] = []
  const sentCodes: SentCode[] = []
  const faults = createFaults()
  const server = await listen({ port, now, isOwnHost, faults, log: requests })
  const { origin } = server
  const issuerOf = (userPoolId: string) => issuer ?? `${origin}/${userPoolId}`
  const settings = completeSettings(issuerOf, change)
  const pool = createUserPool({ settings, issuer: issuerOf(settings.userPoolId), keys, now })
  const credentials = createCredentialBook({ settings, now })
  server.serve(createRoutes({ origin, settings, pool, credentials, now, sent: sentCodes }))
  const { region, userPoolId, clientId, identityPoolId, accountId } = settings
  const { username, password, email } = settings.users[0] ?? TEST_USER

  return {
    origin,
    region,
    userPoolId,
    clientId,
    identityPoolId,
    accountId,
    issuer: pool.issuer,
    roles: defaultRoles(accountId, region),
    externalId: EXTERNAL_ID,
    user: { username, password, email },
    settings,
    requests,
    sentCodes,
    count: (operation) => requests.filter((request) => request.operation === operation).length,
    faults,
    credentials,
    forge: (forgery) => {
      pool.forgery = forgery
    },
    rotateSigningKeys: async () => {
      pool.keys = await generateSigningKeys()
    },
    revokeAllSessions: () => {
      pool.signIns.revokeAll()
    },
    profileText: (name, extra = {}) => {
      const values = {
        region,
        endpoint_url: origin,
        cognito_user_pool_id: userPoolId,
        cognito_client_id: clientId,
        cognito_domain: origin,
        cognito_issuer: pool.issuer,
        cognito_redirect_uri: settings.redirectUris.join(', '),
        cognito_identity_pool_id: identityPoolId,
        ...extra,
      }
      return sectionText(name, values)
    },
    stop: server.close,
  }
}

/** A profile's section of the AWS config file; a name with spaces stands in quotes. */
export function sectionText(name: string, values: Record<string, string>): string {
  const header = name === 'default' ? '[default]' : `[profile ${/\s/.test(name) ? `"${name}"` : name}]`
  return [header, ...Object.entries(values).map(([key, value]) => `${key} = ${value}`), ''].join('\n')
}
