/** The vault as the commands reach it: opened once a run, its key moved, all of it wiped. Its parts load when they are used. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Vault } from '../../broker/broker.ts'
import { PoolkeyError } from '../../errors/poolkey-error.ts'
import { CODE_CACHE } from '../../folders.ts'
import type { Secret } from '../../secret.ts'
import type { MovedKey } from '../../vault/move-key.ts'
import type { Store } from '../../vault/vault-file.ts'
import type { Keychain } from '../../vault/key-places.ts'
import { passphraseSource, retryPassphrase } from './passphrase.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { deadline } from './deadline.ts'

/** What the vault depends on; `keychainHelper` are the absolute words that run the keychain's helper. */
export interface VaultSurroundings {
  env: Record<string, string | undefined>
  platform: NodeJS.Platform
  terminal: Terminal
  stateFolder: () => string
  keychainHelper: string[]
  now: () => number
  /** Ends what has no limit of its own. */
  interrupted: AbortSignal
}

/** How to open it: as `OpenBrokerOptions` of the broker's door. */
export interface OpenVaultOptions {
  create?: boolean
  store?: Store
  mayPrompt?: boolean
}

/** What commands do with the vault. */
export interface VaultDoor {
  /** Opens it for a broker. Undefined where there is none yet and none is to be made. Throws what `openVault` throws. */
  open(asked: OpenVaultOptions, signal: AbortSignal): Promise<Vault | undefined>
  /** The vault without a profile; undefined where there is none yet. */
  openIfThere(): Promise<Vault | undefined>
  /** Makes the vault of a machine that has none, with its key in `store`. Throws what `openVault` throws. */
  makeWithKeyIn(store: Store): Promise<void>
  /** The store that a new vault would have. Throws what keeps its key from being kept there, such as `keychain-unavailable`. */
  probeStore(): Promise<Store>
  /** Moves the sealing key; `isChanging` asks for a new passphrase where it is under one already. */
  moveKey(asked: { to: Store; isChanging: boolean }): Promise<MovedKey>
  /** Whether there is an entry, which nothing is opened for. */
  hasEntry(name: string): Promise<boolean>
  /** Removes one entry, without opening it. Throws `vault-io`, `vault-unsafe`. */
  removeEntry(name: string): Promise<void>
  /**
   * Removes every entry, the key and the vault; what could not be removed is returned. Entries that are to be kept keep
   * the key.
   */
  wipe(isKept?: (entry: string) => boolean): Promise<string[]>
}

/** How long a person may take to open the vault. */
export const PROMPT_SECONDS = 300
const PROBE_SECONDS = 10

// How long a keychain's own prompt may stay unanswered.
const PROMPT_LIMIT_MS = 60_000

/** The door to the vault in `stateFolder`; nothing is touched before it is used. */
export function vaultDoor(around: VaultSurroundings): VaultDoor {
  const { env, platform, terminal, stateFolder, keychainHelper, now, interrupted } = around
  let openedVault: Vault | undefined

  return {
    open,
    openIfThere: () => open({ mayPrompt: true }, AbortSignal.any([interrupted, deadline(PROMPT_SECONDS)])),
    async makeWithKeyIn(store) {
      const signal = AbortSignal.any([interrupted, deadline(PROMPT_SECONDS)])
      await open({ create: true, store, mayPrompt: true }, signal)
    },
    async probeStore() {
      const { parseStore } = await import('../../vault/sealing-key.ts')
      const { rehearseMaking } = await import('../../vault/state-folder.ts')
      // Wherever the key would be: the vault itself is in there.
      rehearseMaking(stateFolder())
      const store = parseStore(env['POOLKEY_STORE']) ?? 'keychain'
      // Nothing has this name: a keychain that answers says so.
      if (store === 'keychain') {
        await lazyKeychain().get('probe', AbortSignal.any([interrupted, deadline(PROBE_SECONDS)]))
        await refuseClosedKeyring()
      }
      return store
    },
    async hasEntry(name) {
      return (await import('../../vault/entries.ts')).hasEntry({ folder: stateFolder(), name })
    },
    async removeEntry(name) {
      ;(await import('../../vault/entries.ts')).removeEntry({ folder: stateFolder(), name })
    },
    async moveKey({ to, isChanging }) {
      const { moveKey } = await import('../../vault/move-key.ts')
      const { readVaultFile } = await import('../../vault/vault-file.ts')
      const isUnderPassphrase = readVaultFile(stateFolder())?.store === 'passphrase'
      return moveKey({
        folder: stateFolder(),
        to,
        keychain: lazyKeychain(PROMPT_LIMIT_MS),
        passphrase: passphraseSource({ env, terminal, mayPrompt: true }),
        // What the environment gives opens the key; the new one is for a person to choose.
        ...(isChanging && isUnderPassphrase
          ? { newPassphrase: passphraseSource({ env: {}, terminal, mayPrompt: true }) }
          : {}),
        signal: interrupted,
      })
    },
    async wipe(isKept) {
      const { wipeVault } = await import('../../vault/wipe-vault.ts')
      const folder = stateFolder()
      const left = await wipeVault({
        folder,
        keychain: lazyKeychain(),
        signal: interrupted,
        ...(isKept ? { isKept } : {}),
      })
      left.push(...(await clearLocks(folder)))
      removeCode(join(folder, CODE_CACHE))
      return left
    },
  }

  // What failed is told in plain text, and names roles and pools. Whoever is at work keeps their lock.
  async function clearLocks(folder: string): Promise<string[]> {
    const { forgetAllFailures } = await import('../../broker/shared-failure.ts')
    const { locksFolder } = await import('../../broker/locks.ts')
    const { removeAbandonedLocks } = await import('../../vault/lock.ts')
    try {
      forgetAllFailures({ folder })
      const left = await removeAbandonedLocks({ folder: locksFolder({ folder }), signal: interrupted })
      return left.map((name) => `lock ${name}`)
    } catch (error) {
      interrupted.throwIfAborted()
      // What is to go after the vault must not hang on this folder.
      if (!(error instanceof PoolkeyError)) throw error
      return ['folder locks']
    }
  }

  async function open(asked: OpenVaultOptions, signal: AbortSignal): Promise<Vault | undefined> {
    const { openVault, parseStore } = await import('../../vault/sealing-key.ts')
    const { isStillThere } = await import('../../broker/sealed-write.ts')
    if (asked.create === true) {
      const { sweepTemporaries } = await import('../../vault/state-folder.ts')
      for (const folder of [stateFolder(), join(stateFolder(), 'locks')]) sweepTemporaries(folder, now)
    }
    const requestedStore = asked.store ?? parseStore(env['POOLKEY_STORE'])
    // Opened once a command: a person is not asked again for every session.
    const isOpen = openedVault !== undefined && isStillThere(openedVault)
    if (isOpen && (requestedStore ?? openedVault?.store) === openedVault?.store) return openedVault
    const mayPrompt = asked.mayPrompt === true
    const options = {
      folder: stateFolder(),
      requestedStore,
      keychain: lazyKeychain(mayPrompt ? PROMPT_LIMIT_MS : undefined),
      passphrase: passphraseSource({ env, terminal, mayPrompt }),
      create: asked.create === true,
      signal,
    }
    const opened = await retryPassphrase({ env, terminal, mayPrompt }, () => openVault(options))
    openedVault =
      opened.kind === 'none'
        ? undefined
        : { folder: stateFolder(), key: opened.key, store: opened.vaultFile.store }
    return openedVault
  }

  // Nobody finds an item in a keyring that does not exist or is locked, nor an error: only storing one fails.
  async function refuseClosedKeyring(): Promise<void> {
    if (platform !== 'linux') return
    const { lookAtKeyring } = await import('../../vault/key-at-service.ts')
    const look = await lookAtKeyring(env)
    if (look === 'absent') throw new PoolkeyError('keychain-unavailable', { problem: 'no-keyring' })
    if (look === 'locked') throw new PoolkeyError('keychain-unavailable', { problem: 'locked' })
  }

  async function readAtService(account: string): Promise<Secret | undefined> {
    if (platform !== 'linux') return undefined
    const { readItemAtService } = await import('../../vault/key-at-service.ts')
    return readItemAtService(account, env)
  }

  // Others may be at the end of theirs, and write there right now. Should some of it stay, there are no secrets in it.
  function removeCode(folder: string): void {
    try {
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
    } catch {
      // The disk takes nothing, and the wipe has said so.
    }
  }

  // To start programs takes a part of Node that is slow to load, and most vaults need none.
  function lazyKeychain(limitMs?: number): Keychain {
    const load = async () => {
      const { helperKeychain } = await import('../../vault/keychain.ts')
      const limit = limitMs === undefined ? {} : { limitMs }
      return helperKeychain({ command: keychainHelper, env, ...limit })
    }
    return {
      // On Linux the helper is for what the service does not simply tell: a collection to unlock, none at all.
      get: async (account, signal) => (await readAtService(account)) ?? (await load()).get(account, signal),
      set: async (account, value, signal) => (await load()).set(account, value, signal),
      remove: async (account, signal) => (await load()).remove(account, signal),
    }
  }
}
