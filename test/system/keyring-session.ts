/** A D-Bus session with a real, unlocked gnome-keyring, for the running test. */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished } from 'vitest'

const withKeyring = fileURLToPath(new URL('with-keyring.sh', import.meta.url))
const STREAMS: ['pipe', 'pipe', 'inherit'] = ['pipe', 'pipe', 'inherit']

export interface KeyringSession {
  env: Record<string, string>
  daemonPid: number
}

/**
 * Starts a session with an unlocked keyring; it ends with the test, when its stdin does. `earlier`: the same person signs in
 * to the machine again and finds that session's keyring, unlocked.
 */
export async function startKeyringSession(earlier?: KeyringSession): Promise<KeyringSession> {
  const words = ['sh', '-c', 'echo "$KEYRING_PID $XDG_RUNTIME_DIR $DBUS_SESSION_BUS_ADDRESS"; cat']
  const session = earlier ? spawnAgain(earlier, words) : spawn(withKeyring, words, { stdio: STREAMS })
  onTestFinished(async () => {
    session.stdin.end()
    if (session.exitCode === null) await once(session, 'exit')
  })
  const [said] = (await once(session.stdout, 'data')) as [Buffer]
  const [daemonPid = '', runtimeFolder = '', address = ''] = said.toString().trim().split(' ')
  expect(address).toMatch(/^unix:/)
  const env = { HOME: runtimeFolder, XDG_RUNTIME_DIR: runtimeFolder, DBUS_SESSION_BUS_ADDRESS: address }
  return { env, daemonPid: Number(daemonPid) }
}

// On a bus of its own, with the folder of before: with-keyring.sh makes none where one is given.
function spawnAgain({ env }: KeyringSession, words: string[]) {
  const folder = dirname(env['XDG_RUNTIME_DIR'] ?? '')
  const line = 'exec dbus-run-session -- "$@" 2>>"$KEYRING_FOLDER/session.log"'
  return spawn('sh', ['-c', line, 'sh', withKeyring, ...words], {
    env: { ...process.env, ...env, KEYRING_FOLDER: folder, XDG_DATA_HOME: join(folder, 'data') },
    stdio: STREAMS,
  })
}

/** Locks the collection in which poolkey keeps its key; without a display nobody can unlock it again. */
export function lockLoginKeyring({ env }: KeyringSession): void {
  const collection = '/org/freedesktop/secrets/collection/login'
  const target = [
    '--session',
    '--dest',
    'org.freedesktop.secrets',
    '--object-path',
    '/org/freedesktop/secrets',
  ]
  const method = ['--method', 'org.freedesktop.Secret.Service.Lock', `['${collection}']`]
  const answer = execFileSync('gdbus', ['call', ...target, ...method], { env: { ...process.env, ...env } })
  expect(answer.toString()).toContain(collection)
}
