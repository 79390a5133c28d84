/** Keeps secrets out of texts that a service sends: one that echoes its input would put them on a terminal. */
import type { Secret } from '../secret.ts'

// ID, access and refresh tokens of user pools and the tokens of identity pools, also cut short: base64url of `{"`, in parts.
const TOKEN = /eyJ[\w-]+(\.[\w-]*)*/g

/** A service's text without the secrets that the request carried, and without anything that looks like a token. */
export function redact(text: string, secrets: readonly Secret[]): string {
  return secrets.reduce((rest, secret) => secret.hideIn(rest), text).replace(TOKEN, '[redacted]')
}
