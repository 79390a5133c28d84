/** The small reader of the Secret Service against a real one (gnome-keyring), whose item keytar wrote. */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { symlinkSync } from 'node:fs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Secret } from '../../src/secret.ts'
import { helperKeychain } from '../../src/vault/keychain.ts'
import { readSecretServiceItem } from '../../src/vault/secret-service.ts'
import { bundled } from '../vault/bundle.ts'
import { temporaryFolder } from '../vault/temporary-folder.ts'
import { lockLoginKeyring, startKeyringSession } from './keyring-session.ts'
import type { KeyringSession } from './keyring-session.ts'

const helperPath = bundled('src/vault/keychain-helper.ts', { packages: true })
const never = new AbortController().signal
const ACCOUNT = 'vault-key:00112233445566778899aabbccddeeff'
const KEY = Buffer.alloc(32, 0xa5).toString('base64')
// A limit that only what hangs reaches.
const PATIENT_MS = 20_000

function keytar({ env }: KeyringSession) {
  return helperKeychain({ command: [process.execPath, helperPath()], env })
}

async function read(env: Record<string, string>, options: { account?: string; limitMs?: number } = {}) {
  const { account = ACCOUNT, limitMs = PATIENT_MS } = options
  const uid = process.getuid?.() ?? -1
  const answer = await readSecretServiceItem({ service: 'poolkey', account, env, uid, limitMs })
  return answer.kind === 'found' ? answer.value.reveal() : answer.reason
}

async function startSessionWithKey(): Promise<KeyringSession> {
  const session = await startKeyringSession()
  await keytar(session).set(ACCOUNT, new Secret(KEY), never)
  return session
}

describe('the reader of the Secret Service', () => {
  it('reads what keytar wrote, and what keytar reads', async () => {
    const session = await startSessionWithKey()
    await keytar(session).set('vault-key:other', new Secret('another'), never)
    expect(await read(session.env)).toBe(KEY)
    expect((await keytar(session).get(ACCOUNT, never))?.reveal()).toBe(KEY)
    expect(await read(session.env, { account: 'vault-key:other' })).toBe('another')
    await keytar(session).set(ACCOUNT, new Secret('changed'), never)
    expect(await read(session.env)).toBe('changed')
    await keytar(session).remove(ACCOUNT, never)
    expect(await read(session.env)).toBe('absent')
  })

  it('reads many times at once', async () => {
    const session = await startSessionWithKey()
    const readings = Array.from({ length: 40 }, () => read(session.env))
    expect(new Set(await Promise.all(readings))).toEqual(new Set([KEY]))
  })

  it('reads a value of many bytes and lines', async () => {
    const session = await startKeyringSession()
    const value = 'a line\n'.repeat(4000)
    await keytar(session).set(ACCOUNT, new Secret(value), never)
    expect(await read(session.env)).toBe(value)
  })

  it('finds the bus in the runtime folder where no address is given', async () => {
    const session = await startSessionWithKey()
    const folder = temporaryFolder()
    const [, path = ''] = /path=([^,]*)/.exec(session.env['DBUS_SESSION_BUS_ADDRESS'] ?? '') ?? []
    symlinkSync(path, `${folder}/bus`)
    expect(await read({ XDG_RUNTIME_DIR: folder })).toBe(KEY)
    expect(await read({ XDG_RUNTIME_DIR: temporaryFolder() })).toBe('unreachable')
  })

  it('D61: declines what is locked, and asks for no unlocking', async () => {
    const session = await startSessionWithKey()
    lockLoginKeyring(session)
    const watch = await watchBus(session)
    expect(await read(session.env)).toBe('locked')
    const calls = await watch.stop()
    expect(calls).toContain('SearchItems')
    expect(calls).not.toMatch(/member=(GetSecrets?|Unlock|Prompt)\b/)
  })

  it('D61: declines in time when the service is frozen, and reads again when it goes on', async () => {
    const session = await startSessionWithKey()
    process.kill(session.daemonPid, 'SIGSTOP')
    const startedMs = performance.now()
    expect(await read(session.env, { limitMs: 250 })).toBe('timeout')
    const tookMs = performance.now() - startedMs
    expect(tookMs).toBeGreaterThan(240)
    expect(tookMs).toBeLessThan(5_000)
    process.kill(session.daemonPid, 'SIGCONT')
    expect(await read(session.env)).toBe(KEY)
  })

  it('D61: declines when no service runs, and starts none', async () => {
    const session = await startSessionWithKey()
    // The bus could start one.
    expect(ask(session, 'ListActivatableNames')).toContain('org.freedesktop.secrets')
    process.kill(session.daemonPid, 'SIGKILL')
    await expect.poll(() => ask(session, 'ListNames')).not.toContain('org.freedesktop.secrets')
    expect(await read(session.env)).toBe('unreachable')
    expect(ask(session, 'ListNames')).not.toContain('org.freedesktop.secrets')
  })

  it('D61: declines as another user, whom the bus does not take', async () => {
    const session = await startSessionWithKey()
    const options = { service: 'poolkey', account: ACCOUNT, env: session.env, limitMs: PATIENT_MS }
    const answer = await readSecretServiceItem({ ...options, uid: 54_321 })
    expect(answer).toEqual({ kind: 'declined', reason: 'refused' })
  })
})

function ask({ env }: KeyringSession, method: string): string {
  const target = ['--session', '--dest', 'org.freedesktop.DBus', '--object-path', '/org/freedesktop/DBus']
  const words = ['call', ...target, '--method', `org.freedesktop.DBus.${method}`]
  return execFileSync('gdbus', words, { env: { ...process.env, ...env }, encoding: 'utf8' })
}

/** Notes the calls on a bus, until it is stopped. */
async function watchBus(session: KeyringSession): Promise<{ stop: () => Promise<string> }> {
  const monitor = spawn('dbus-monitor', ['--session', "type='method_call'"], {
    env: { ...process.env, ...session.env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => {
    monitor.kill('SIGKILL')
  })
  let noted = ''
  monitor.stdout.setEncoding('utf8').on('data', (chunk: string) => (noted += chunk))
  // The monitor notes the loss of its own name when it begins.
  await once(monitor.stdout, 'data')
  return {
    stop: async () => {
      // What was called before this is noted before this.
      ask(session, 'ListNames')
      await expect.poll(() => noted).toContain('member=ListNames')
      return noted
    },
  }
}
