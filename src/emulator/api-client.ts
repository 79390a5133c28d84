/** Who asks the user pool's JSON API: an app client, with its secret where it has one. */
import { createHmac } from 'node:crypto'
import { notAuthorized, Refusal } from './answer.ts'
import type { EmulatorSettings } from './configuration.ts'
import { isSame } from './user-pool.ts'

/** A text member of a request. Throws as the service does for one that is missing. */
export function textOf(input: Record<string, unknown>, name: string): string {
  const value = input[name]
  if (typeof value === 'string' && value !== '') return value
  throw new Refusal('InvalidParameterException', `Missing required parameter ${name}`)
}

/** A map of texts, such as AuthParameters; what is no text in it is left out. */
export function mapOf(input: Record<string, unknown>, name: string): Record<string, string> {
  const value = input[name]
  if (typeof value !== 'object' || value === null) return {}
  return Object.fromEntries(Object.entries(value).filter(([, one]) => typeof one === 'string'))
}

/** Checks the client, and `SECRET_HASH` over the user name that comes with it. */
export function checkSecretHash(
  settings: EmulatorSettings,
  asked: { clientId: unknown; parameters: Record<string, string>; names: string[] },
): void {
  const { clientId, parameters, names } = asked
  checkClientId(settings, clientId)
  const { clientSecret } = settings
  const given = parameters['SECRET_HASH']
  if (clientSecret === undefined && given === undefined) return
  if (given === undefined) {
    throw notAuthorized(
      `Client ${settings.clientId} is configured with secret but SECRET_HASH was not received`,
    )
  }
  const isRight =
    clientSecret !== undefined &&
    names.some((name) =>
      isSame(
        createHmac('sha256', clientSecret).update(`${name}${settings.clientId}`).digest('base64'),
        given,
      ),
    )
  if (!isRight) throw notAuthorized(`Unable to verify secret hash for client ${settings.clientId}`)
}

/** Checks the client, and its secret where that is sent as it is. */
export function checkClientSecret(settings: EmulatorSettings, input: Record<string, unknown>): void {
  checkClientId(settings, input['ClientId'])
  const { clientSecret } = settings
  const given = input['ClientSecret']
  if (
    clientSecret === undefined
      ? given === undefined
      : typeof given === 'string' && isSame(clientSecret, given)
  )
    return
  throw notAuthorized(`Unable to verify secret for client ${settings.clientId}`)
}

function checkClientId(settings: EmulatorSettings, clientId: unknown): void {
  if (clientId === settings.clientId) return
  throw new Refusal('ResourceNotFoundException', `User pool client ${String(clientId)} does not exist.`)
}
