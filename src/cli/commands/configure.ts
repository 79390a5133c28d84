import type { Store } from '../../vault/vault-file.ts'
import type { Needs } from '../context.ts'
import { guestError, readClientSecret, sealClientSecret } from '../configure/sealed-client-secret.ts'
import { keysFrom } from '../configure/setting-flags.ts'
import { configureProfile } from '../configure/configure-profile.ts'
import type { ConfigureContext } from '../configure/configure-profile.ts'

/** Beside them the `cognito_*` keys as options of their own, and `region`. */
export interface ConfigureOptions {
  clientSecretStdin?: boolean
  yes?: boolean
  force?: boolean
  store?: Store
}

/** Asks for a profile, or takes it from the flags, and writes it; the secret alone is only sealed. */
export async function configure(context: ConfigureContext, options: ConfigureOptions): Promise<number> {
  const keys = keysFrom({ ...options })
  const hasSecret = options.clientSecretStdin === true
  if (hasSecret && Object.keys(keys).length === 0) return sealOnly(context, options)
  const secret = hasSecret
    ? await readClientSecret(context, { profile: await context.profiles.meantName() })
    : undefined
  return configureProfile(context, {
    keys,
    yes: options.yes === true,
    force: options.force === true,
    ...(secret === undefined ? {} : { secret }),
    ...(options.store === undefined ? {} : { store: options.store }),
  })
}

/** Seals the secret of the profile's app client; no file of the configuration is edited. */
async function sealOnly(
  context: Needs<'terminal' | 'profiles' | 'openBroker' | 'interrupted'>,
  { store }: ConfigureOptions,
): Promise<number> {
  const profile = await context.profiles.read()
  if (!profile.signIn) throw guestError(profile.name)
  const asked = { profile: profile.name, clientId: profile.signIn.clientId }
  await sealClientSecret(context, { profile, secret: await readClientSecret(context, asked), store })
  return 0
}
