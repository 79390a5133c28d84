/** A station whose keychain is a real keyring, and a look into it as a person with a keychain viewer has it. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openStation } from '../e2e/poolkey-process.ts'
import type { Environment, Station, StationOptions } from '../e2e/poolkey-process.ts'
import { startKeyringSession } from './keyring-session.ts'
import type { KeyringSession } from './keyring-session.ts'

/** A station in a session with an unlocked keyring; nothing says which store its vault has. */
export async function openKeyringStation(
  options: StationOptions = {},
): Promise<{ session: KeyringSession; station: Station }> {
  const session = await startKeyringSession()
  const env = { ...reachOf(session), POOLKEY_STORE: undefined }
  return { session, station: await openStation({ ...options, env }) }
}

/** The variables by which a keyring is reached. */
export function reachOf({ env }: KeyringSession): Environment {
  const { DBUS_SESSION_BUS_ADDRESS, XDG_RUNTIME_DIR } = env
  return { DBUS_SESSION_BUS_ADDRESS, XDG_RUNTIME_DIR }
}

/** `vault.json`, and the name of the item in which a keychain keeps its vault's key. */
export function readVault(station: Station): { account: string; store: string; copiesAt?: string[] } {
  const text = readFileSync(join(station.stateFolder, 'vault.json'), 'utf8')
  const { id, ...vault } = JSON.parse(text) as { id: string; store: string; copiesAt?: string[] }
  return { ...vault, account: `vault-key:${id}` }
}

/** What an item of poolkey's holds; empty where there is none, or nobody can read it. */
export function keyInKeyring(session: KeyringSession, account: string): string {
  return askSecretTool(session, ['lookup', 'service', 'poolkey', 'account', account])
}

/** The names of poolkey's items; a locked keyring tells them, too. */
export function accountsInKeyring(session: KeyringSession): string[] {
  const found = askSecretTool(session, ['search', '--all', 'service', 'poolkey'])
  return [...found.matchAll(/^attribute\.account = (.*)$/gm)].map(([, account = '']) => account)
}

function askSecretTool(session: KeyringSession, words: string[]): string {
  const env = { ...process.env, ...session.env }
  const { stdout, stderr } = spawnSync('secret-tool', words, { env, encoding: 'utf8' })
  // It tells attributes on stderr.
  return words[0] === 'search' ? stdout + stderr : stdout
}
