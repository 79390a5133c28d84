import { clientSecretEntryName, sessionEntryName, sessionId } from '../../broker/entry-names.ts'
import { withProfile } from '../../errors/explanation.ts'
import { isOurs, PoolkeyError } from '../../errors/poolkey-error.ts'
import { unifiedDiff } from '../../profile/line-diff.ts'
import type { SignInSettings } from '../../profile/profile.ts'
import { profilesLeaningOn, removeProfile } from '../../profile/profile-edit.ts'
import { askLeave } from '../terminal/asked-leave.ts'
import type { GlobalOptions, Needs } from '../context.ts'

export interface ConfigureRemoveOptions extends GlobalOptions {
  yes?: boolean
}

const REFUSED = 5

/** Takes out of a profile what poolkey put there; the section, too, where nothing else is in it. */
export async function configureRemove(
  context: Needs<'terminal' | 'profiles' | 'configFile' | 'vault' | 'interrupted'>,
  options: ConfigureRemoveOptions,
  given?: string,
): Promise<number> {
  const { terminal, configFile } = context
  const name = given ?? (await namedProfile(context))
  if (options.profile !== undefined && options.profile !== name)
    throw new PoolkeyError('usage', { problem: `${name} and --profile ${options.profile} are two profiles` })
  const files = await configFile.read()
  const edited = removeProfile(files, name)
  for (const { kind, text } of unifiedDiff(files.configFile, files.configText, edited))
    terminal.change(kind, text)
  const leaning = profilesLeaningOn(files, name)
  if (leaning.length > 0) {
    const [verb, pronoun] = leaning.length === 1 ? ['leans', 'it'] : ['lean', 'they']
    terminal.label('warning', `${leaning.join(', ')} ${verb} on ${name}: ${pronoun} will no longer work`)
  }
  const yes = options.yes === true
  const kept = await keptOf(context, name, leaning)
  if (kept.isSignedIn && !yes)
    terminal.say(`It stays signed in; to end that, too, first run: ${withProfile('poolkey logout', name)}`)
  if (!(await askLeave(context, { yes }, `Remove profile ${name} from ${files.configFile}?`))) return REFUSED
  await configFile.edit((now) => removeProfile(now, name))
  terminal.say(`Removed profile ${name} from ${files.configFile}.`)
  if (kept.clientSecret) await leaveSecret(context, { ...kept.clientSecret, yes })
  return 0
}

interface Kept {
  isSignedIn: boolean
  /** A sealed secret that no other profile is for. */
  clientSecret?: { entry: string; clientId: string }
}

/** What the vault holds of a profile and of no other one. Nothing is opened, so nobody is asked for a passphrase. */
async function keptOf(
  { profiles, vault, configFile }: Needs<'profiles' | 'vault' | 'configFile'>,
  name: string,
  leaning: string[],
): Promise<Kept> {
  const all = await profiles.readAll()
  // One that cannot be read leads to nothing that could be told.
  const signIn = all.find((one) => one.name === name)?.signIn
  if (!signIn) return { isSignedIn: false }
  const others = all
    .filter((one) => one.name !== name && !leaning.includes(one.name))
    .flatMap((one) => one.signIn ?? [])
  const isOwn = (idOf: (of: SignInSettings) => string) => !others.some((one) => idOf(one) === idOf(signIn))
  const entry = clientSecretEntryName(signIn)
  // What another one with a mistake in it needs cannot be told.
  const isTold = (await configFile.entries()).every(
    (one) => !(one.profile instanceof PoolkeyError) || leaning.includes(one.entry.name),
  )
  try {
    const isSealed = isTold && isOwn(clientSecretEntryName) && (await vault.hasEntry(entry))
    return {
      isSignedIn: isOwn(sessionId) && (await vault.hasEntry(sessionEntryName(sessionId(signIn)))),
      ...(isSealed ? { clientSecret: { entry, clientId: signIn.clientId } } : {}),
    }
  } catch (error) {
    // The profile can go whatever is wrong with the vault.
    if (isOurs(error) && error.code !== 'interrupted') return { isSignedIn: false }
    throw error
  }
}

async function leaveSecret(
  { terminal, vault, interrupted }: Needs<'terminal' | 'vault' | 'interrupted'>,
  { entry, clientId, yes }: Required<Kept>['clientSecret'] & { yes: boolean },
): Promise<void> {
  const secret = `The secret of app client ${clientId}`
  const question = `${secret} is still sealed, and no profile is left that needs it. Remove it?`
  if (!yes && terminal.canAsk && (await terminal.confirm(question, interrupted))) {
    await vault.removeEntry(entry)
    terminal.say(`${secret} is removed.`)
    return
  }
  terminal.say(
    `${secret} stays sealed in the vault, though no profile needs it; poolkey logout --all removes it with all else.`,
  )
}

/** Nothing is removed by default. Throws `usage`. */
async function namedProfile({ profiles }: Needs<'profiles'>): Promise<string> {
  if (profiles.isNamed) return profiles.meantName()
  throw new PoolkeyError('usage', {
    problem: 'no profile was named',
    fix: 'name the one to remove: poolkey configure remove NAME; for those that there are: poolkey configure list',
  })
}
