import { PoolkeyError } from '../../errors/poolkey-error.ts'
import type { Found, ImportedKey } from '../../profile/import/chosen-settings.ts'
import { parseImport } from '../../profile/import/imported.ts'
import type { Imported } from '../../profile/import/imported.ts'
import { SETTINGS } from '../../profile/settings.ts'
import type { Secret } from '../../secret.ts'
import type { Store } from '../../vault/vault-file.ts'
import { callbackAdvice } from '../configure/callback-advice.ts'
import type { GlobalOptions, Needs } from '../context.ts'
import { importReport } from '../configure/import-report.ts'
import { readImportSource } from '../configure/import-source.ts'
import { flagOf, keysFrom } from '../configure/setting-flags.ts'
import { hasRegion } from '../../profile/profile-edit.ts'
import type { WrittenKeys } from '../../profile/profile-edit.ts'
import { configureProfile } from '../configure/configure-profile.ts'
import type { ConfigureContext } from '../configure/configure-profile.ts'

/** Besides these, every key as a flag: it outranks what is imported. */
export interface ConfigureImportOptions extends GlobalOptions {
  yes?: boolean
  force?: boolean
  store?: Store
}

/** Writes a profile from what a file, an address or stdin says of a user pool; shows what it found, and what to register. */
export async function configureImport(
  context: ConfigureContext,
  options: ConfigureImportOptions,
  source = '',
): Promise<number> {
  const { terminal } = context
  const given = keysFrom({ ...options })
  const { name, text } = await readImportSource(context, source)
  const imported = parseImport(text, name)
  for (const line of importReport(imported, name, (key) => given[key] !== undefined)) terminal.say(line)
  const keys: WrittenKeys = { ...valuesOf(imported.settings), ...given }
  // The file tells where the pools are; whoever has set a region has set that of their own work.
  if (
    given.region === undefined &&
    hasRegion(await context.configFile.read(), await context.profiles.meantName())
  )
    delete keys.region
  for (const [key, candidates] of imported.ambiguous)
    keys[key] ??= await chooseAmong(context, key, candidates)
  // Nobody is called back who signs in with a password.
  if (keys.cognito_sign_in !== 'password')
    for (const line of whatToRegister(imported, keys)) terminal.say(line)
  const yes = options.yes === true
  const secret = await secretToSeal(context, { imported, keys, yes })
  return configureProfile(context, {
    keys,
    yes,
    force: options.force === true,
    ...(secret ? { secret } : {}),
    ...(options.store === undefined ? {} : { store: options.store }),
  })
}

function valuesOf(settings: Map<ImportedKey, Found>): WrittenKeys {
  return Object.fromEntries([...settings].map(([key, { value }]) => [key, value]))
}

/** Throws `usage` where nobody can be asked, or nobody chooses. */
async function chooseAmong(
  { terminal, interrupted }: Needs<'terminal' | 'interrupted'>,
  key: ImportedKey,
  candidates: Found[],
): Promise<string> {
  if (terminal.canAsk) {
    terminal.say(`There are several values for ${key}:`)
    candidates.forEach(({ value, where }, index) => {
      terminal.say(`  ${index + 1}  ${value}  from ${where}`)
    })
    const reply = (await terminal.ask(`Which one (1 to ${candidates.length})? `, interrupted))?.trim() ?? ''
    const chosen = candidates.find(({ value }, index) => reply === String(index + 1) || reply === value)
    if (chosen) return chosen.value
  }
  throw new PoolkeyError('usage', {
    problem: `there are several values for ${key}: ${candidates.map(({ value, where }) => `${value} (${where})`).join(', ')}`,
    fix: `name one: ${flagOf(key)} VALUE`,
  })
}

function whatToRegister({ callbacks, family }: Imported, keys: WrittenKeys): string[] {
  const registered = callbacks.settings.get('cognito_redirect_uri')?.value
  if (registered !== undefined) return sharedWithTheApp(keys.cognito_redirect_uri ?? registered)
  const [url = ''] = (keys.cognito_redirect_uri ?? SETTINGS.redirectUris.default ?? '').split(',')
  return callbackAdvice({
    url,
    family,
    userPoolId: keys.cognito_user_pool_id,
    clientId: keys.cognito_client_id,
    isMissing: callbacks.isListed,
  })
}

/** An application that is being worked on listens where poolkey would. */
function sharedWithTheApp(redirectUris: string): string[] {
  const [first = ''] = redirectUris.split(',')
  if (first === SETTINGS.redirectUris.default) return []
  return [
    `poolkey listens at ${first} while somebody signs in. If the application does, too, register another callback URL, such as ${SETTINGS.redirectUris.default ?? ''}, and give it: --redirect-uri URL`,
  ]
}

/** The secret of the client that is written, if the file has one and it may be kept. */
async function secretToSeal(
  { terminal, interrupted }: Needs<'terminal' | 'interrupted'>,
  { imported, keys, yes }: { imported: Imported; keys: WrittenKeys; yes: boolean },
): Promise<Secret | undefined> {
  const { clientSecret, settings } = imported
  const isOfClient = settings.get('cognito_client_id')?.value === keys.cognito_client_id
  if (!clientSecret) return undefined
  const { secret, where } = clientSecret
  if (!isOfClient) {
    terminal.say(
      `The app client's secret (${where}) may be another client's: it is not taken. To seal one: poolkey configure --client-secret-stdin`,
    )
    return undefined
  }
  const question = `The app client's secret is in it (${where}). Seal it in the vault? It is not written into the profile.`
  if (!yes && terminal.canAsk && !(await terminal.confirm(question, interrupted))) return undefined
  terminal.say(
    `The app client's secret (${where}) goes into the vault, not into the profile; keep the file from others.`,
  )
  return secret
}
