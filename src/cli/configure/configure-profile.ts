import { withProfile } from '../../errors/explanation.ts'
import { isLoopbackHost } from '../../loopback/loopback-host.ts'
import { unifiedDiff } from '../../profile/line-diff.ts'
import type { Profile } from '../../profile/profile.ts'
import { shadowingKey, withConfigText, writeProfile } from '../../profile/profile-edit.ts'
import type { WrittenKeys } from '../../profile/profile-edit.ts'
import type { ConfigSources } from '../../profile/profile-values.ts'
import type { Secret } from '../../secret.ts'
import type { Store } from '../../vault/vault-file.ts'
import { askLeave } from '../terminal/asked-leave.ts'
import type { Needs } from '../context.ts'
import type { LoginContext } from '../commands/login.ts'
import { checkValues, inForceIn, parseWritten, profileWish } from './profile-draft.ts'
import { askMissing } from './profile-questions.ts'
import { sayDraftCheck } from './draft-check.ts'
import { sealClientSecret } from './sealed-client-secret.ts'
import { flagOf } from './setting-flags.ts'
import { capitalised } from '../texts/words.ts'

/** What is known of the profile; the rest is asked for at a terminal. */
export interface ConfigureWish {
  keys: WrittenKeys
  /** Asks for no leave. */
  yes: boolean
  /** Takes the place of other credential settings. */
  force: boolean
  /** The app client's, to be sealed. */
  secret?: Secret
  /** Where a new vault keeps its key. */
  store?: Store
}

const LOGIN_TIMEOUT_SECONDS = 300
const REFUSED = 5

/** What a profile is completed, checked and written with; and the sign-in that may follow. */
export type ConfigureContext = LoginContext & Needs<'configFile' | 'openHttp' | 'selfCommand' | 'interrupted'>

/**
 * Completes a profile by questions, checks it, shows what would change, writes it, and offers to sign in. Gives the exit code.
 * Throws `usage` for what is missing or not allowed, `configure-refused`, what `parseProfile` and `editConfigFile` throw.
 */
export async function configureProfile(context: ConfigureContext, wish: ConfigureWish): Promise<number> {
  const { terminal, configFile, interrupted } = context
  const name = await context.profiles.meantName()
  checkValues(wish.keys)
  const files = await configFile.read()
  const edit = (on: ConfigSources, keys: WrittenKeys) =>
    writeProfile(on, profileWish(context, { name, keys, force: wish.force }))
  const inForce = inForceIn(withConfigText(files, edit(files, wish.keys)), name, wish.keys)
  const keys = await askMissing({ profile: name, keys: wish.keys, inForce, terminal, signal: interrupted })
  checkValues(keys)
  const edited = withConfigText(files, edit(files, keys))
  const profile = await parseWritten(context, { files: edited, name, keys })
  await sayDraftCheck(context, profile, wish.secret)
  const diff = unifiedDiff(files.configFile, files.configText, edited.configText)
  for (const { kind, text } of diff) terminal.change(kind, text)
  if (diff.length > 0) {
    if (!(await askLeave(context, wish, `Write this into ${files.configFile}?`))) return REFUSED
    await configFile.edit((now) => edit(now, keys))
    terminal.say(`Wrote profile ${name} into ${files.configFile}.`)
  } else terminal.say(`Profile ${name} says that already: nothing to write.`)
  warn(context, edited, profile)
  if (wish.secret) await sealClientSecret(context, { profile, secret: wish.secret, store: wish.store })
  return finish(context, profile, wish)
}

function warn(
  { terminal, selfCommand }: Needs<'terminal' | 'selfCommand'>,
  files: ConfigSources,
  profile: Profile,
): void {
  const { name, exchange } = profile
  // Where npx keeps what it runs.
  if (/[\\/]_npx[\\/]/.test(selfCommand.at(-1) ?? ''))
    terminal.label(
      'warning',
      'its credential_process line runs poolkey from the cache of npx, which may be cleared: install it (npm install --global poolkey), then configure again',
    )
  const shadow = shadowingKey(files, name)
  if (shadow)
    terminal.label(
      'warning',
      `AWS tools prefer the keys of [${name}] in ${shadow.file} (line ${shadow.line}): remove them`,
    )
  if (!/^[\w./%@:+-]+$/.test(name))
    terminal.label(
      'warning',
      'only some AWS tools know profiles with other than letters, digits and - _ . / % @ : + in their names',
    )
  if (isOfAnotherMachine(profile))
    terminal.label(
      'warning',
      `the domain is on this machine, the issuer ${profile.signIn?.issuer ?? ''} is not: of poolkey emulate, take over the whole profile that it prints`,
    )
  if (exchange.kind === 'none')
    terminal.say(
      `It only signs in; for credentials, add ${flagOf('cognito_identity_pool_id')} or ${flagOf('cognito_role_arn')}.`,
    )
}

/** Whether the sign-in page is here, and what it signs in to is elsewhere. */
function isOfAnotherMachine({ signIn }: Profile): boolean {
  return (
    signIn?.domain !== undefined &&
    isLoopbackHost(signIn.domain.hostname) &&
    !isLoopbackHost(new URL(signIn.issuer).hostname)
  )
}

async function finish(
  context: LoginContext & Needs<'interrupted'>,
  profile: Profile,
  { yes }: ConfigureWish,
): Promise<number> {
  const { terminal, interrupted } = context
  const login = withProfile('poolkey login', profile.name)
  const canSignIn = profile.signIn !== undefined
  let code = 0
  if (canSignIn && !yes && (await terminal.confirm('Sign in now?', interrupted))) {
    code = await (await import('../commands/login.ts')).login(context, { timeout: LOGIN_TIMEOUT_SECONDS })
  } else if (canSignIn) terminal.say(capitalised(`sign in: ${login}`))
  if (code === 0 && profile.exchange.kind !== 'none') {
    const endpoint = profile.endpoints.sts
    terminal.say('Then every AWS tool has credentials:')
    terminal.say(
      `  ${withProfile('aws sts get-caller-identity', profile.name)}${endpoint ? ` --endpoint-url ${endpoint.href.replace(/\/$/, '')}` : ''}`,
    )
  }
  return code
}
