import { describe, expect, test } from 'vitest'
import { obtainCredentials } from '../../../src/broker/credentials.ts'
import { logoutAll } from '../../../src/cli/commands/logout-all.ts'
import type { PoolkeyError } from '../../../src/errors/poolkey-error.ts'
import type { ErrorCode } from '../../../src/errors/poolkey-error.ts'
import { errorsOf } from '../../errors/every-failure.ts'
import { openSignedInWorld, openWorld } from '../../broker/emulated-broker.ts'
import { refusalOf } from '../../vault/refusal.ts'
import { commandContext, VAULT_LOCKED } from './command-context.ts'

const GONE = 'Every session, all credentials and the sealing key are gone from this machine.'
const KEPT =
  'Every session and all credentials are gone from this machine; client secrets and the sealing key are kept.'
const ALL = { keepClientSecrets: false }

function failing(code: ErrorCode): PoolkeyError {
  return errorsOf(code, 'x')[0] ?? expect.fail(`no failure ${code}`)
}

describe('logout --all', () => {
  test('revokes what profiles lead to, each session once, and wipes', async () => {
    const world = await openSignedInWorld()
    await obtainCredentials(world.broker())
    const { context, said, entries, profile } = commandContext(world)
    const guest = { ...profile, signIn: undefined }
    const profiles = { ...context.profiles, readAll: () => Promise.resolve([profile, guest, profile]) }
    expect(await logoutAll({ ...context, profiles }, ALL)).toBe(0)
    expect(said.at(-1)).toBe(GONE)
    expect(world.emulator.count('revoke')).toBe(1)
    expect(entries()).toEqual([])
  })

  test('tells of a session that no profile leads to, which nobody can revoke', async () => {
    const world = await openSignedInWorld()
    const { context, said, entries } = commandContext(world)
    const profiles = { ...context.profiles, readAll: () => Promise.resolve([]) }
    expect(await logoutAll({ ...context, profiles }, ALL)).toBe(6)
    expect(said[0]).toMatch(/^warning: .* has a session that no profile leads to any more/)
    expect(entries()).toEqual([])
  })

  test.each(['config-syntax', 'config-unreadable'] as const)(
    'wipes all the same where the configuration cannot be read (%s)',
    async (code) => {
      const { context, said, entries } = commandContext(await openSignedInWorld())
      const profiles = { ...context.profiles, readAll: () => Promise.reject(failing(code)) }
      expect(await logoutAll({ ...context, profiles }, ALL)).toBe(6)
      expect(said[0]).toMatch(/^warning: /)
      expect(entries()).toEqual([])
    },
  )

  test('touches nothing where it fails in another way', async () => {
    const { context, entries } = commandContext(await openSignedInWorld())
    const before = entries()
    const profiles = { ...context.profiles, readAll: () => Promise.reject(failing('profile-unknown')) }
    expect(await refusalOf(() => logoutAll({ ...context, profiles }, ALL))).toMatchObject({
      code: 'profile-unknown',
    })
    expect(entries()).toEqual(before)
  })

  test('goes on past a profile that cannot be signed out, tells why, and ends with 6', async () => {
    const { context, said, entries } = commandContext(await openSignedInWorld())
    const openBroker = () => Promise.reject(failing('setting-invalid'))
    expect(await logoutAll({ ...context, openBroker }, ALL)).toBe(6)
    expect(said[0]).toBe('The session of profile dev is wiped, but could not be revoked:')
    expect(said.at(-1)).toBe(GONE)
    expect(entries()).toEqual([])
  })

  test.each<[string, Error]>([
    ['an interruption', failing('interrupted')],
    ['a store that is another than the vault’s', failing('store-mismatch')],
    ['a bug', new TypeError('a bug')],
  ])('ends at %s, before anything is wiped', async (_, error) => {
    const { context, entries } = commandContext(await openSignedInWorld())
    const before = entries()
    await expect(logoutAll({ ...context, openBroker: () => Promise.reject(error) }, ALL)).rejects.toBe(error)
    expect(entries()).toEqual(before)
  })

  describe('of a vault that does not open', () => {
    test('wipes it, and says that nothing was revoked', async () => {
      const { context, said, entries } = commandContext(await openSignedInWorld())
      const vault = { ...context.vault, openIfThere: () => Promise.reject(VAULT_LOCKED) }
      expect(await logoutAll({ ...context, vault }, ALL)).toBe(0)
      expect(said[0]).toBe(
        'warning: the vault cannot be read: what it held is wiped, but nothing could be revoked',
      )
      expect(entries()).toEqual([])
    })

    test('keeps no client secrets that nobody could open: it fails', async () => {
      const { context, entries } = commandContext(await openSignedInWorld())
      const before = entries()
      const vault = { ...context.vault, openIfThere: () => Promise.reject(VAULT_LOCKED) }
      const wiped = logoutAll({ ...context, vault }, { keepClientSecrets: true })
      await expect(wiped).rejects.toBe(VAULT_LOCKED)
      expect(entries()).toEqual(before)
    })

    test('meets that at a session, too', async () => {
      const { context, said } = commandContext(await openSignedInWorld())
      expect(await logoutAll({ ...context, openBroker: () => Promise.reject(VAULT_LOCKED) }, ALL)).toBe(0)
      expect(said[0]).toMatch(/the vault cannot be read/)
    })
  })

  test('names what could not be removed, and ends with 7', async () => {
    const { context, said } = commandContext(await openWorld())
    const vault = { ...context.vault, wipe: () => Promise.resolve(['/state/vault.key']) }
    expect(await logoutAll({ ...context, vault }, ALL)).toBe(7)
    expect(said).toEqual([
      'warning: could not remove /state/vault.key',
      'What is named above is still on this machine; all else is gone from it.',
    ])
    const closed = { ...vault, openIfThere: () => Promise.reject(VAULT_LOCKED) }
    expect(await logoutAll({ ...context, vault: closed }, ALL)).toBe(7)
  })

  test('ends with 0 where only a key stays, in a keychain that cannot be had', async () => {
    const { context, said } = commandContext(await openWorld())
    const vault = {
      ...context.vault,
      openIfThere: () => Promise.reject(VAULT_LOCKED),
      wipe: () => Promise.resolve(['keychain item vault-key:1']),
    }
    expect(await logoutAll({ ...context, vault }, ALL)).toBe(0)
    expect(said).toContain('warning: could not remove keychain item vault-key:1')
  })

  test('says so where client secrets and the key stay', async () => {
    const { context, said } = commandContext(await openSignedInWorld())
    expect(await logoutAll(context, { keepClientSecrets: true })).toBe(0)
    expect(said.at(-1)).toBe(KEPT)
  })
})
