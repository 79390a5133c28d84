/** A D-Bus session with a real, unlocked gnome-keyring, for the running test. */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished } from 'vitest'

const withKeyring = fileURLToPath(new URL('with-keyring.sh', import.meta.url))

export interface KeyringSession {
  env: Record<string, string>
  daemonPid: number
}

/** Starts a session with an unlocked keyring; it ends with the test, when its stdin does. */
export async function startKeyringSession(): Promise<KeyringSession> {
  const tell = 'echo "$KEYRING_PID $XDG_RUNTIME_DIR $DBUS_SESSION_BUS_ADDRESS"; cat'
  const session = spawn(withKeyring, ['sh', '-c', tell], { stdio: ['pipe', 'pipe', 'inherit'] })
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
