import { PoolkeyError } from '../../errors/poolkey-error.ts'
import type { Store } from '../../vault/vault-file.ts'
import { isStore } from '../../vault/vault-file.ts'
import type { Needs } from '../context.ts'
import { isPassphraseGiven } from '../doors/passphrase.ts'

const WHERE: Record<Store, string> = {
  keychain: "in the system's keychain",
  passphrase: 'under a passphrase',
  file: 'in a file of mode 0600, readable by whatever runs as you',
}

/**
 * Moves the sealing key to another store, or changes its passphrase; sessions and credentials stay as they are. Where there is no
 * vault yet, makes one: a guest has no sign-in with which to choose its store.
 */
export async function configureStore(
  context: Needs<'terminal' | 'env' | 'vault'>,
  options: { clientSecretStdin?: boolean },
  store = '',
): Promise<number> {
  const { terminal, env, vault } = context
  if (options.clientSecretStdin === true) {
    throw new PoolkeyError('usage', { problem: '--client-secret-stdin is a command of its own' })
  }
  if (!isStore(store)) {
    throw new PoolkeyError('usage', {
      problem: `there is no store ${store}`,
      fix: 'name one of: keychain, passphrase, file',
    })
  }
  // A key that is under a passphrase already is put under another, which only a person can choose.
  const isChanging = store === 'passphrase' && terminal.canAsk
  const moved = await vault.moveKey({ to: store, isChanging })
  const requested = env['POOLKEY_STORE'] ?? ''
  if (requested !== '' && requested !== store) {
    terminal.label('warning', `POOLKEY_STORE is ${requested}: unset it or set it to ${store}`)
  }
  if (moved.kind === 'none') {
    await vault.makeWithKeyIn(store)
    terminal.say(`There was no vault yet: one is made, and its sealing key is ${WHERE[store]}.`)
    return 0
  }
  if (isChanging && moved.from === store && isPassphraseGiven(env)) {
    terminal.label(
      'warning',
      'POOLKEY_PASSPHRASE, or the file of POOLKEY_PASSPHRASE_FILE, holds the old passphrase',
    )
  }
  for (const place of moved.remaining) {
    terminal.label(
      'warning',
      `a copy of the key is still ${WHERE[place]}; run the same command again to remove it`,
    )
  }
  terminal.say(
    moved.from !== store
      ? `The sealing key is now ${WHERE[store]}.`
      : isChanging
        ? 'The sealing key is now under the new passphrase.'
        : `The sealing key is ${WHERE[store]} already.`,
  )
  return moved.remaining.length === 0 ? 0 : 7
}
