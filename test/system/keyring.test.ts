/** The keychain's helper, built, against a real Secret Service (gnome-keyring) on a D-Bus of its own. */
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { Secret } from '../../src/secret.ts'
import { helperKeychain } from '../../src/vault/keychain.ts'
import { openVault } from '../../src/vault/sealing-key.ts'
import { wipeVault } from '../../src/vault/wipe-vault.ts'
import { EXECUTABLE } from '../e2e/poolkey-process.ts'
import { bundled } from '../vault/bundle.ts'
import { refusalOf } from '../vault/refusal.ts'
import { temporaryFolder } from '../vault/temporary-folder.ts'
import { lockLoginKeyring, startKeyringSession } from './keyring-session.ts'

const helperPath = bundled('src/vault/keychain-helper.ts', { packages: true })
const command = () =>
  EXECUTABLE === undefined ? [process.execPath, helperPath()] : [EXECUTABLE, 'keychain-helper']
const never = new AbortController().signal

function keychainOf(env: Record<string, string>, limitMs = 10_000) {
  return helperKeychain({ command: command(), env, limitMs })
}

describe('a real keychain', () => {
  it('keeps, overwrites, gives and removes an item', async () => {
    const session = await startKeyringSession()
    const keychain = keychainOf(session.env)
    expect(await keychain.get('vault-key:test', never)).toBeUndefined()
    await keychain.set('vault-key:test', new Secret('first'), never)
    await keychain.set('vault-key:test', new Secret('second'), never)
    expect((await keychain.get('vault-key:test', never))?.reveal()).toBe('second')
    expect(await keychain.get('vault-key:other', never)).toBeUndefined()
    await keychain.remove('vault-key:test', never)
    await keychain.remove('vault-key:test', never)
    expect(await keychain.get('vault-key:test', never)).toBeUndefined()
  })

  it('D62: carries a vault from its making to its wiping', async () => {
    const session = await startKeyringSession()
    const keychain = keychainOf(session.env)
    const folder = temporaryFolder()
    const made = await openVault({ folder, requestedStore: undefined, keychain, create: true, signal: never })
    const opened = await openVault({
      folder,
      requestedStore: undefined,
      keychain,
      create: false,
      signal: never,
    })
    expect(opened).toEqual(made)
    if (made.kind === 'none') throw new Error('there is no vault')
    // The item that another program, or a person in a keychain viewer, finds.
    const account = `vault-key:${made.vaultFile.id}`
    const lookup = ['lookup', 'service', 'poolkey', 'account', account]
    const env = { ...process.env, ...session.env }
    const item = execFileSync('secret-tool', lookup, { env }).toString()
    expect(item).toBe(made.key.toString('base64'))
    expect(item.length).toBe(44)
    expect(await wipeVault({ folder, keychain, signal: never })).toEqual([])
    expect(await keychain.get(account, never)).toBeUndefined()
    expect(readdirSync(folder)).toEqual([])
  })

  it('D61: that is locked has no key for an existing vault, and no new one is made', async () => {
    const session = await startKeyringSession()
    const keychain = keychainOf(session.env)
    const folder = temporaryFolder()
    await openVault({ folder, requestedStore: undefined, keychain, create: true, signal: never })
    lockLoginKeyring(session)
    const refusal = await refusalOf(() =>
      openVault({ folder, requestedStore: undefined, keychain, create: true, signal: never }),
    )
    expect(refusal).toEqual({ code: 'key-missing', store: 'keychain', vaultFile: `${folder}/vault.json` })
  })

  it('D61: that is locked takes no key for a new vault, and nothing is left behind', async () => {
    const session = await startKeyringSession()
    lockLoginKeyring(session)
    const keychain = keychainOf(session.env, 4000)
    const folder = temporaryFolder()
    const refusal = await refusalOf(() =>
      openVault({ folder, requestedStore: undefined, keychain, create: true, signal: never }),
    )
    expect(refusal).toMatchObject({ code: 'keychain-unavailable', problem: 'locked' })
    expect(readdirSync(folder)).toEqual([])
  })

  it('D61: that does not exist is named within ten seconds', async () => {
    const startedMs = performance.now()
    const keychain = keychainOf({ HOME: temporaryFolder() })
    const refusal = await refusalOf(() => keychain.get('vault-key:test', never))
    expect(refusal).toMatchObject({ code: 'keychain-unavailable', problem: 'service' })
    expect(performance.now() - startedMs).toBeLessThan(10_000)
  })

  it('D61: that answers no more is given up, and answers again when it goes on', async () => {
    const session = await startKeyringSession()
    const keychain = keychainOf(session.env, 2000)
    await keychain.set('vault-key:test', new Secret('value'), never)
    process.kill(session.daemonPid, 'SIGSTOP')
    const refusal = await refusalOf(() => keychain.get('vault-key:test', never))
    expect(refusal).toMatchObject({ code: 'keychain-unavailable', problem: 'timeout' })
    process.kill(session.daemonPid, 'SIGCONT')
    expect((await keychain.get('vault-key:test', never))?.reveal()).toBe('value')
  })
  it('D63: is given and gives its secrets through pipes: they stand in no command line and no environment', async () => {
    const session = await startKeyringSession()
    const keychain = keychainOf(session.env)
    const watch = watchProcesses()
    for (let round = 0; round < 3; round += 1) {
      await keychain.set('vault-key:test', new Secret(`CANARY-${round.toString()}`), never)
      expect((await keychain.get('vault-key:test', never))?.reveal()).toBe(`CANARY-${round.toString()}`)
    }
    await keychain.remove('vault-key:test', never)
    const { looks, seen } = await watch.stop()
    // The helpers were seen, many times over.
    expect(seen).toContain(command()[1])
    expect(looks).toBeGreaterThan(100)
    expect(seen).not.toContain('CANARY')
  })
})

/** Looks at command line and environment of every new process, without a pause, until it is stopped. */
function watchProcesses(): { stop: () => Promise<{ looks: number; seen: string }> } {
  const there = new Set(readdirSync('/proc'))
  const seen = new Set<string>()
  let looks = 0
  const stopping = new AbortController()
  const watching = (async () => {
    while (!stopping.signal.aborted) {
      looks += 1
      for (const name of readdirSync('/proc')) {
        if (there.has(name) || !/^\d+$/.test(name)) continue
        for (const file of ['cmdline', 'environ']) {
          try {
            seen.add(readFileSync(`/proc/${name}/${file}`, 'latin1'))
          } catch {
            // It ended between the two looks, or is somebody else's.
          }
        }
      }
      await setImmediate()
    }
  })()
  return {
    stop: async () => {
      stopping.abort()
      await watching
      return { looks, seen: [...seen].join('\n') }
    },
  }
}
