import { expect } from 'vitest'
import type { CommandContext } from '../../../src/cli/context.ts'
import { PoolkeyError } from '../../../src/errors/poolkey-error.ts'
import { listEntries, removeEntry } from '../../../src/vault/entries.ts'
import type { World } from '../../broker/emulated-broker.ts'
import { profileOf } from '../../exchange/emulated-profile.ts'
import { recordedTerminal } from './recorded-terminal.ts'

/** What commands about a signed-in profile stand on, in an emulated world; `extra` adds keys to its one profile. */
export function commandContext(
  world: World,
  extra: Record<string, string> = {},
  how: { isAnswerShown?: boolean } = {},
) {
  const recorded = recordedTerminal(how)
  const written: Record<string, string>[] = []
  const notHere = () => expect.fail('nothing that these commands ask for')
  const profile = profileOf(world.emulator, extra)
  const { folder } = world.vault
  const context: Pick<
    CommandContext,
    'terminal' | 'profiles' | 'openBroker' | 'vault' | 'credentialsFile' | 'situation'
  > = {
    terminal: recorded.terminal,
    profiles: {
      name: () => Promise.resolve(profile.name),
      isNamed: true,
      read: () => Promise.resolve(profile),
      lastRead: () => profile,
      filesRead: new Map(),
      readAll: () => Promise.resolve([profile]),
      readOrigins: notHere,
      setKeys: (_, keys) => {
        written.push(keys)
        return Promise.resolve()
      },
    },
    openBroker: ({ profile: asked }) => Promise.resolve({ ...world.broker(extra), profile: asked }),
    vault: {
      ...{ open: notHere, probeStore: notHere, moveKey: notHere },
      openIfThere: () => Promise.resolve(world.vault),
      wipe: (isKept = () => false) => {
        for (const name of listEntries(folder)) if (!isKept(name)) removeEntry({ folder, name })
        return Promise.resolve([])
      },
    },
    credentialsFile: {
      edit: notHere,
      removeWritten: () => Promise.resolve({ file: 'credentials', names: [] }),
    },
    situation: () => ({ profile }),
  }
  return { ...recorded, context, profile, written, entries: () => listEntries(folder) }
}

export const VAULT_LOCKED = new PoolkeyError('keychain-unavailable', { problem: 'locked' })
