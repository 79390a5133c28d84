import { describe, expect, test } from 'vitest'
import { configureStore } from '../../../src/cli/commands/configure-store.ts'
import type { VaultDoor } from '../../../src/cli/doors/vault-door.ts'
import { refusalOf } from '../../vault/refusal.ts'
import { recordedTerminal } from './recorded-terminal.ts'

type Moved = Awaited<ReturnType<VaultDoor['moveKey']>>

/** The command with a vault whose key moves like this; `isAsked`: at a terminal. */
async function configure(store: string, moved: Moved, how: { isAsked?: boolean; env?: object } = {}) {
  const { terminal, said } = recordedTerminal(how.isAsked === true ? { replies: [] } : {})
  const wishes: object[] = []
  const notHere = () => expect.fail('the key alone is moved')
  const vault: VaultDoor = {
    ...{ open: notHere, openIfThere: notHere, probeStore: notHere, wipe: notHere },
    moveKey: (wish) => {
      wishes.push(wish)
      return Promise.resolve(moved)
    },
  }
  const env = { ...how.env }
  return { exitCode: await configureStore({ terminal, env, vault }, {}, store), said, wishes }
}

const from = (
  store: 'keychain' | 'passphrase' | 'file',
  remaining: ('keychain' | 'passphrase' | 'file')[] = [],
): Moved => ({
  ...{ kind: 'moved', from: store, remaining },
})

test.each([
  ['keychain', 'file', "The sealing key is now in the system's keychain."],
  ['passphrase', 'file', 'The sealing key is now under a passphrase.'],
  ['file', 'keychain', 'The sealing key is now in a file of mode 0600, readable by whatever runs as you.'],
  ['file', 'file', 'The sealing key is in a file of mode 0600, readable by whatever runs as you already.'],
  ['passphrase', 'passphrase', 'The sealing key is under a passphrase already.'],
] as const)('to %s, from %s: %s', async (to, before, line) => {
  expect(await configure(to, from(before))).toMatchObject({
    ...{ exitCode: 0, said: [line], wishes: [{ to, isChanging: false }] },
  })
})

describe('a new passphrase', () => {
  test('is for a person to choose', async () => {
    expect(await configure('passphrase', from('passphrase'), { isAsked: true })).toMatchObject({
      said: ['The sealing key is now under the new passphrase.'],
      wishes: [{ to: 'passphrase', isChanging: true }],
    })
  })

  test.each(['POOLKEY_PASSPHRASE', 'POOLKEY_PASSPHRASE_FILE'])(
    'is not the one of %s, which is warned of',
    async (name) => {
      const { said } = await configure('passphrase', from('passphrase'), {
        isAsked: true,
        env: { [name]: 'x' },
      })
      expect(said[0]).toBe(
        'warning: POOLKEY_PASSPHRASE, or the file of POOLKEY_PASSPHRASE_FILE, holds the old passphrase',
      )
      const first = await configure('passphrase', from('file'), { isAsked: true, env: { [name]: 'x' } })
      expect(first.said).toEqual(['The sealing key is now under a passphrase.'])
    },
  )
})

test('copies that could not be removed are named, and the exit code is that of the store', async () => {
  expect(await configure('keychain', from('passphrase', ['file', 'passphrase']))).toMatchObject({
    exitCode: 7,
    said: [
      'warning: a copy of the key is still in a file of mode 0600, readable by whatever runs as you; run the same command again to remove it',
      'warning: a copy of the key is still under a passphrase; run the same command again to remove it',
      "The sealing key is now in the system's keychain.",
    ],
  })
})

test('POOLKEY_STORE that names another store is warned of, one that is empty or the same is not', async () => {
  const said = async (value: string) =>
    (await configure('file', from('keychain'), { env: { POOLKEY_STORE: value } })).said
  expect((await said('keychain'))[0]).toBe('warning: POOLKEY_STORE is keychain: unset it or set it to file')
  expect(await said('')).toHaveLength(1)
  expect(await said('file')).toHaveLength(1)
})

test.each([
  ['a store that there is not', 'cupboard', { problem: 'there is no store cupboard' }],
  ['none', '', { fix: 'name one of: keychain, passphrase, file' }],
])('%s is wrong usage, and nothing is moved', async (_, store, facts) => {
  expect(await refusalOf(() => configure(store, from('file')))).toMatchObject({ code: 'usage', ...facts })
})

test('without a vault there is no key to move', async () => {
  expect(await refusalOf(() => configure('file', { kind: 'none' }))).toMatchObject({
    ...{ code: 'usage', fix: 'choose its store when you sign in: poolkey login --store file' },
  })
})

test('a client secret is no store', async () => {
  const { terminal } = recordedTerminal()
  const notHere = () => expect.fail('nothing is to be touched')
  const vault: VaultDoor = {
    ...{ open: notHere, openIfThere: notHere, probeStore: notHere, wipe: notHere, moveKey: notHere },
  }
  expect(
    await refusalOf(() => configureStore({ terminal, env: {}, vault }, { clientSecretStdin: true }, 'file')),
  ).toMatchObject({ code: 'usage', problem: '--client-secret-stdin is a command of its own' })
})
