/** An app client's secret, kept sealed for all profiles of that client; one in the environment outranks it. */
import { PoolkeyError } from '../errors/poolkey-error.ts'
import type { SignInSettings } from '../profile/profile.ts'
import { Secret } from '../secret.ts'
import { readEntry } from '../vault/entries.ts'
import { serverTime } from './server-clock.ts'
import type { Broker } from './broker.ts'
import { clientSecretEntryName } from './entry-names.ts'
import { FieldError, parseFields, serializeFields, text } from './json-fields.ts'
import { writeSealed } from './sealed-write.ts'

/** The secret to authenticate the profile's app client with; undefined for a public client. Throws `client-secret-damaged`. */
export function clientSecretOf(broker: Broker): Secret | undefined {
  const { vault, profile } = broker
  if (broker.clientSecret || !profile.signIn) return broker.clientSecret
  const entry = readEntry({ ...vault, name: clientSecretEntryName(profile.signIn) })
  if (entry.kind === 'absent') return undefined
  const damaged = (problem: string) =>
    new PoolkeyError('client-secret-damaged', { profile: profile.name, problem })
  if (entry.kind === 'damaged') throw damaged(entry.problem)
  try {
    return new Secret(text(parseFields(entry.plaintext), 'clientSecret'))
  } catch (error) {
    if (error instanceof FieldError) throw damaged(error.message)
    throw error
  }
}

/** Seals the secret of an app client in place of the one before. */
export function storeClientSecret(broker: Broker, signIn: SignInSettings, clientSecret: Secret): void {
  writeSealed(broker, {
    name: clientSecretEntryName(signIn),
    header: { kind: 'client-secret', issuedAt: serverTime(broker).toISOString() },
    plaintext: serializeFields({ clientSecret: clientSecret.reveal() }),
  })
}
