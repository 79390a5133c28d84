import { storeClientSecret } from '../../broker/client-secret.ts'
import { PoolkeyError } from '../../errors/poolkey-error.ts'
import { configPaths } from '../../profile/config-files.ts'
import { setKeys } from '../../profile/config-edit.ts'
import { editConfigFile } from '../../profile/config-write.ts'
import type { SettingKey } from '../../profile/settings.ts'
import type { Secret } from '../../secret.ts'
import type { Store } from '../../vault/sealing-key.ts'
import type { CommandContext } from '../context.ts'
import { homeFolderOf } from '../home-folder.ts'

export interface ProfileWish {
  keys: Partial<Record<SettingKey | 'region', string>>
  yes: boolean
  force: boolean
  /** The app client's secret, to be sealed. */
  secret?: Secret
  /** Where a new vault keeps its key. */
  store?: Store
}

const DEADLINE_SECONDS = 300

/** Writes a profile with its `credential_process` line, and seals the secret of its app client. */
export async function configureProfile(context: CommandContext, wish: ProfileWish): Promise<number> {
  const { terminal, env, platform, interrupted } = context
  const { keys } = wish
  for (const key of ['cognito_user_pool_id', 'cognito_client_id', 'cognito_domain'] as const) {
    if (keys[key] === undefined)
      throw new PoolkeyError('usage', {
        problem: `${key} is missing`,
        fix: `give --${key.replace('cognito_', '').replaceAll('_', '-')}`,
      })
  }
  const name = await context.profileName()
  const isAgreed = wish.yes || (await terminal.confirm(`Write profile ${name}?`, interrupted))
  if (!isAgreed)
    throw new PoolkeyError('usage', { problem: 'nothing is written without leave', fix: 'add --yes' })
  const file = configPaths({ env, homeFolder: () => homeFolderOf(env, platform) }).configFile
  const line = [...context.selfCommand, 'credential-process', '--profile', name].join(' ')
  const texts = { ...keys, credential_process: line }
  await editConfigFile(
    file,
    (text) => setKeys(text, { file, kind: 'config', profile: name }, texts),
    interrupted,
  )
  if (wish.secret) {
    const profile = await context.readProfile()
    const broker = await context.openBroker({
      profile,
      seconds: DEADLINE_SECONDS,
      create: true,
      mayPrompt: true,
      ...(wish.store === undefined ? {} : { store: wish.store }),
    })
    if (profile.signIn) storeClientSecret(broker, profile.signIn, wish.secret)
  }
  terminal.say(`Profile ${name} is written to ${file}.`)
  return 0
}
