import { Secret } from '../secret.ts'

/** The app client's secret in the environment: of the one client that a run is about. */
export function givenClientSecret(env: Record<string, string | undefined>): Secret | undefined {
  const given = env['POOLKEY_CLIENT_SECRET'] ?? ''
  return given === '' ? undefined : new Secret(given)
}
