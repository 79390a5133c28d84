import { withProfile } from '../../errors/explanation.ts'
import { PoolkeyError } from '../../errors/poolkey-error.ts'
import { unifiedDiff } from '../../profile/line-diff.ts'
import { profilesLeaningOn, removeProfile } from '../../profile/profile-edit.ts'
import { isAgreed } from '../terminal/asked-leave.ts'
import type { GlobalOptions, Needs } from '../context.ts'

export interface ConfigureRemoveOptions extends GlobalOptions {
  yes?: boolean
}

const REFUSED = 5

/** Takes out of a profile what poolkey put there; the section, too, where nothing else is in it. */
export async function configureRemove(
  context: Needs<'terminal' | 'profiles' | 'configFile' | 'interrupted'>,
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
  if (!yes)
    terminal.say(`It stays signed in; to end that, too, first run: ${withProfile('poolkey logout', name)}`)
  if (!(await isAgreed(context, { yes }, `Remove profile ${name} from ${files.configFile}?`))) return REFUSED
  await configFile.edit((now) => removeProfile(now, name))
  terminal.say(`Removed profile ${name} from ${files.configFile}.`)
  return 0
}

/** Nothing is removed by default. Throws `usage`. */
async function namedProfile({ profiles }: Needs<'profiles'>): Promise<string> {
  if (profiles.isNamed) return profiles.name()
  throw new PoolkeyError('usage', {
    problem: 'no profile was named',
    fix: 'name the one to remove: poolkey configure remove NAME; for those that there are: poolkey configure list',
  })
}
