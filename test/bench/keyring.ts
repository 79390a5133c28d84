/** A real Secret Service for the keychain's rows: a D-Bus session of its own, as the system tests have it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { findPrograms } from './find-program.ts'

/** A session, or why there is none. */
export type Keyring =
  { kind: 'open'; env: Record<string, string>; close: () => void } | { kind: 'none'; why: string }

const NEEDED = ['dbus-run-session', 'gnome-keyring-daemon', 'gdbus', 'secret-tool']

/** It ends with the bench, because its stdin does. */
export async function openKeyring(root: string): Promise<Keyring> {
  const missing = NEEDED.filter((name) => findPrograms(name).length === 0)
  if (missing.length > 0) return { kind: 'none', why: `no ${missing.join(', no ')} here` }
  const words = ['sh', '-c', 'echo "$XDG_RUNTIME_DIR $DBUS_SESSION_BUS_ADDRESS"; cat']
  const session = spawn(join(root, 'test/system/with-keyring.sh'), words, {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const early = once(session, 'exit').then(() => {
    throw new Error('the session with a keyring ended')
  })
  // Its end is no failure once it has begun.
  early.catch(() => undefined)
  const [said] = (await Promise.race([once(session.stdout, 'data'), early])) as [Buffer]
  const [runtimeFolder = '', address = ''] = said.toString().trim().split(' ')
  return {
    kind: 'open',
    env: { XDG_RUNTIME_DIR: runtimeFolder, DBUS_SESSION_BUS_ADDRESS: address },
    close: () => {
      session.stdin.end()
    },
  }
}
