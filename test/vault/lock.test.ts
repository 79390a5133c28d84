import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  utimesSync,
} from 'node:fs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { claim, createTicket, release } from '../../src/vault/lock-file.ts'
import { localPlatform } from '../../src/vault/lock-platform.ts'
import type { LockPlatform, ProcessIdentity } from '../../src/vault/lock-platform.ts'
import { isHeld, removeAbandonedLocks, withLock } from '../../src/vault/lock.ts'
import type { LockOptions } from '../../src/vault/lock.ts'
import { bundled } from './bundle.ts'
import { refusalOf } from './refusal.ts'
import { temporaryFolder } from './temporary-folder.ts'

const childPath = bundled('test/vault/child.ts', { packages: false })
const here = localPlatform()

function start(act: 'count' | 'hold', folder: string, times = 0): ChildProcess {
  const order = JSON.stringify({ act, folder, times, keyHex: '', bytes: 0 })
  const child = spawn(process.execPath, [childPath(), order], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

async function startHolder(folder: string): Promise<ChildProcess & { pid: number }> {
  const child = start('hold', folder)
  const [said] = (await once(child.stdout!, 'data')) as [Buffer]
  expect(said.toString()).toBe(`held ${child.pid!.toString()}\n`)
  return child as ChildProcess & { pid: number }
}

// One take of the lock, impatient unless told otherwise; tells how long it took.
async function take(folder: string, options: Partial<LockOptions> = {}): Promise<number> {
  const startedMs = performance.now()
  await withLock(
    { folder, name: 'held', signal: new AbortController().signal, patienceMs: 400, ...options },
    () => Promise.resolve(),
  )
  return performance.now() - startedMs
}

function plant(folder: string, facts: Partial<Record<keyof ProcessIdentity, unknown>>, beats = ''): string {
  const line = JSON.stringify({ version: 1, id: 'ab'.repeat(12), ...here.self, ...facts })
  writeFileSync(`${folder}/held.lock`, `${line}\n${beats}`, { mode: 0o600 })
  return `${folder}/held.lock`
}

function lockHeld(pid: number | undefined, seconds = 0) {
  return { code: 'lock-held', lock: 'held', pid, seconds }
}

// A process number that nobody has: that of a child which has ended and was waited for.
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', ''])
  await once(child, 'exit')
  return child.pid!
}

describe('a lock', () => {
  it('gives what the work gives, and is gone afterwards', async () => {
    const folder = `${temporaryFolder()}/state`
    const signal = new AbortController().signal
    const answer = await withLock({ folder, name: 'held', signal }, () => {
      expect(readdirSync(folder)).toEqual(['held.lock'])
      return Promise.resolve(42)
    })
    expect(answer).toBe(42)
    expect(readdirSync(folder)).toEqual([])
  })

  it('is released when the work fails, with the error it failed with', async () => {
    const folder = temporaryFolder()
    const failure = new Error('work')
    const signal = new AbortController().signal
    await expect(withLock({ folder, name: 'held', signal }, () => Promise.reject(failure))).rejects.toBe(
      failure,
    )
    expect(readdirSync(folder)).toEqual([])
  })

  it('excludes callers of one process from each other, and other names do not wait', async () => {
    const folder = temporaryFolder()
    let inside = 0
    let most = 0
    const turn = async (): Promise<void> => {
      inside += 1
      most = Math.max(most, inside)
      await take(folder, { name: 'other' })
      inside -= 1
    }
    const signals = Array.from({ length: 8 }, () => new AbortController().signal)
    await Promise.all(signals.map((signal) => withLock({ folder, name: 'held', signal }, turn)))
    expect(most).toBe(1)
    expect(readdirSync(folder)).toEqual([])
  })

  it('lets no two of many processes in at once', async () => {
    const folder = temporaryFolder()
    writeFileSync(`${folder}/counter`, '0')
    const children = Array.from({ length: 12 }, () => start('count', folder, 15))
    const codes = await Promise.all(children.map((child) => once(child, 'exit')))
    expect(codes.map(([code]) => code as number)).toEqual(children.map(() => 0))
    expect(readFileSync(`${folder}/counter`, 'utf8')).toBe('180')
    expect(readdirSync(folder)).toEqual(['counter'])
  })

  it('E72: stays whole when its users are killed at any moment', async () => {
    const folder = temporaryFolder()
    writeFileSync(`${folder}/counter`, '0')
    for (let round = 0; round < 6; round += 1) {
      const children = [1, 2, 3, 4].map(() => start('count', folder, 100_000))
      const [first] = children
      const before = readFileSync(`${folder}/counter`, 'utf8')
      await expect
        .poll(() => readFileSync(`${folder}/counter`, 'utf8'), { interval: 3 + round })
        .not.toBe(before)
      for (const child of children) child.kill('SIGKILL')
      await Promise.all(
        children
          .filter((child) => child.exitCode === null && child.signalCode === null)
          .map((child) => once(child, 'exit')),
      )
      expect(first?.signalCode).toBe('SIGKILL')
      expect(await take(folder, { name: 'counter', patienceMs: 2000 })).toBeLessThan(1000)
    }
  })

  it('E72: refuses to wait beyond its patience for a living holder, and names its pid', async () => {
    const folder = temporaryFolder()
    const holder = await startHolder(folder)
    expect(await refusalOf(() => take(folder, { patienceMs: 1200 }))).toEqual(lockHeld(holder.pid, 1))
    expect(readdirSync(folder)).toEqual(['held.lock'])
  })

  it('E72: is never taken from a stopped holder', async () => {
    const folder = temporaryFolder()
    const holder = await startHolder(folder)
    holder.kill('SIGSTOP')
    // Even one that is silent for longer than a holder elsewhere might be.
    const platform = { ...here, silenceMs: 100 }
    expect(await refusalOf(() => take(folder, { platform, patienceMs: 600 }))).toEqual(
      lockHeld(holder.pid, 1),
    )
    expect(holder.exitCode).toBe(null)
  })

  it('E72: is taken from a killed holder at once', async () => {
    const folder = temporaryFolder()
    for (let round = 0; round < 5; round += 1) {
      const holder = await startHolder(folder)
      holder.kill('SIGKILL')
      await once(holder, 'exit')
      expect(await take(folder)).toBeLessThan(300)
    }
    expect(readdirSync(folder)).toEqual([])
  })

  it('E72: is taken from a killed holder that its parent has not asked for yet', async () => {
    const folder = temporaryFolder()
    // sh becomes a sleep that never waits for its child: the child stays a zombie.
    const order = JSON.stringify({ act: 'hold', folder, times: 0, keyHex: '', bytes: 0 })
    const script = '"$@" & exec sleep 600'
    const parent = spawn('sh', ['-c', script, 'sh', process.execPath, childPath(), order])
    onTestFinished(() => void parent.kill('SIGKILL'))
    const [said] = (await once(parent.stdout, 'data')) as [Buffer]
    const pid = Number(said.toString().split(' ')[1])
    process.kill(pid, 'SIGKILL')
    await expect.poll(() => readFileSync(`/proc/${pid.toString()}/stat`, 'utf8')).toContain(') Z ')
    expect(await take(folder)).toBeLessThan(300)
  })

  it('E72: passes from one dead holder to exactly one of many waiters at a time', async () => {
    const folder = temporaryFolder()
    for (let round = 0; round < 5; round += 1) {
      const holder = await startHolder(folder)
      let inside = 0
      let entered = 0
      const signals = Array.from({ length: 20 }, () => new AbortController().signal)
      const waiters = signals.map((signal) =>
        withLock({ folder, name: 'held', signal, patienceMs: 10_000 }, async () => {
          inside += 1
          entered += 1
          expect(inside).toBe(1)
          await new Promise((resolve) => setImmediate(resolve))
          inside -= 1
        }),
      )
      holder.kill('SIGKILL')
      await Promise.all(waiters)
      expect(entered).toBe(20)
      expect(readdirSync(folder)).toEqual([])
    }
  })

  it('tells once that it waits, and for whom', async () => {
    const folder = temporaryFolder()
    const holder = await startHolder(folder)
    const waitedFor: (number | undefined)[] = []
    const waiting = take(folder, { patienceMs: 10_000, onWait: ({ pid }) => waitedFor.push(pid) })
    await expect.poll(() => waitedFor.length).toBe(1)
    holder.kill('SIGKILL')
    await waiting
    expect(waitedFor).toEqual([holder.pid])
  })

  it('ends the wait with the reason of the signal, at once', async () => {
    const folder = temporaryFolder()
    await startHolder(folder)
    const reason = new Error('deadline')
    const controller = new AbortController()
    const waiting = take(folder, {
      signal: controller.signal,
      patienceMs: 60_000,
      onWait: () => {
        controller.abort(reason)
      },
    })
    await expect(waiting).rejects.toBe(reason)
    await expect(take(folder, { signal: controller.signal })).rejects.toBe(reason)
    expect(readdirSync(folder)).toEqual(['held.lock'])
  })
})

describe('a lock left behind', () => {
  it('E79: by a process that ended is taken at once', async () => {
    const folder = temporaryFolder()
    plant(folder, { pid: await deadPid() })
    expect(await take(folder)).toBeLessThan(300)
  })

  it('E79: by a process whose number another one has now is taken at once', async () => {
    const folder = temporaryFolder()
    plant(folder, { pid: process.pid, startTime: '1' })
    expect(await take(folder)).toBeLessThan(300)
  })

  it('E79: by this machine before it was restarted is taken at once, even though the number is in use', async () => {
    const folder = temporaryFolder()
    const path = plant(folder, { pid: process.pid, bootId: '00000000-0000-0000-0000-000000000000' })
    const beforeStartMs = here.startedAtMs() - 60_000
    utimesSync(path, beforeStartMs / 1000, beforeStartMs / 1000)
    expect(await take(folder)).toBeLessThan(300)
  })

  it('E78: by a machine made from the same image is not taken while it gives signs of life', async () => {
    const folder = temporaryFolder()
    const clone = {
      ...here,
      self: { ...here.self, bootId: '00000000-0000-0000-0000-000000000000' },
      beatMs: 20,
    }
    const release = new AbortController()
    const held = withLock(
      { folder, name: 'held', signal: new AbortController().signal, platform: clone },
      () => once(release.signal, 'abort'),
    )
    await expect(take(folder, { platform: { ...here, silenceMs: 300 }, patienceMs: 1_500 })).rejects.toThrow(
      'lock-held',
    )
    release.abort()
    await held
  })

  const elsewhere: [string, Partial<Record<keyof ProcessIdentity, unknown>>, boolean][] = [
    ['another host', { host: 'ffffffffffffffff' }, false],
    ['another system on this host', { system: 'win32' }, false],
    ['another pid namespace', { pidNamespace: 'pid:[1]' }, false],
    ['a system that tells no boot', { bootId: undefined }, true],
    ['a process that has our number but no start time', { pid: process.pid, startTime: undefined }, true],
  ]
  it.each(elsewhere)(
    'E78: by %s is taken only after it was silent for long',
    async (_who, facts, isPidKnown) => {
      const folder = temporaryFolder()
      const pid = facts.pid ?? (await deadPid())
      const path = plant(folder, { pid, ...facts })
      const before = readFileSync(path)
      expect(await refusalOf(() => take(folder))).toEqual(lockHeld(isPidKnown ? Number(pid) : undefined))
      expect(readFileSync(path)).toEqual(before)
      const platform = { ...here, silenceMs: 200 }
      expect(await take(folder, { platform, patienceMs: 5000 })).toBeGreaterThanOrEqual(200)
    },
  )

  it('E78: by another host is not taken while it gives signs of life', async () => {
    const folder = temporaryFolder()
    const silenceMs = 300
    const otherHost: LockPlatform = { ...here, self: { ...here.self, host: 'ffffffffffffffff' }, beatMs: 20 }
    const waiter: LockPlatform = { ...here, silenceMs }
    await withLock(
      { folder, name: 'held', signal: new AbortController().signal, platform: otherHost },
      async () => {
        const refusal = await refusalOf(() => take(folder, { platform: waiter, patienceMs: 4 * silenceMs }))
        expect(refusal).toEqual(lockHeld(undefined, 1))
      },
    )
    expect(await take(folder)).toBeLessThan(300)
  })

  it('E78: is taken by whom NFS told that it was there already, when it is its own', async () => {
    const folder = temporaryFolder()
    const path = `${folder}/held.lock`
    const [ticket, other] = [createTicket(path, here.self), createTicket(path, here.self)]
    // The link was made and the answer lost; asked again, the server says that the name is taken.
    linkSync(ticket.temporaryPath, path)
    expect(claim(ticket, path)).toBe(true)
    expect(claim(other, path)).toBe(false)
    expect(await refusalOf(() => take(folder))).toEqual(lockHeld(process.pid))
    release(ticket, path)
    expect(existsSync(path)).toBe(false)
  })

  it.each([
    ['empty', ''],
    ['garbage', 'CANARY\0\n'],
    ['half a line', '{"version":1,"id":"abababababababab'],
    ['a pid that means a group of processes', undefined],
  ])('E79: as %s is taken after a silence', async (_what, text) => {
    const folder = temporaryFolder()
    if (text === undefined) plant(folder, { pid: -1 })
    else writeFileSync(`${folder}/held.lock`, text)
    expect(await refusalOf(() => take(folder))).toEqual(lockHeld(undefined))
    const platform = { ...here, silenceMs: 150 }
    expect(await take(folder, { platform, patienceMs: 5000 })).toBeGreaterThanOrEqual(150)
    expect(readdirSync(folder)).toEqual([])
  })

  it('E72: is also cleared away when the process that was about to do so died, too', async () => {
    const folder = temporaryFolder()
    const path = plant(folder, { pid: await deadPid() })
    const guard = `${path}.${'ab'.repeat(12)}.takeover`
    const guardLine = { version: 1, id: 'cd'.repeat(12), ...here.self, pid: await deadPid() }
    writeFileSync(guard, `${JSON.stringify(guardLine)}\n`)
    expect(await take(folder)).toBeLessThan(300)
    expect(readdirSync(folder)).toEqual([])
  })

  it('E72: waits for a living process that is about to clear it away', async () => {
    const folder = temporaryFolder()
    const path = plant(folder, { pid: await deadPid() })
    const guard = `${path}.${'ab'.repeat(12)}.takeover`
    writeFileSync(guard, `${JSON.stringify({ version: 1, id: 'cd'.repeat(12), ...here.self })}\n`)
    expect(await refusalOf(() => take(folder))).toMatchObject({ code: 'lock-held' })
    rmSync(guard)
    expect(await take(folder)).toBeLessThan(300)
  })

  it('and taken by another is not removed by its first holder', async () => {
    const folder = temporaryFolder()
    const path = `${folder}/held.lock`
    await withLock({ folder, name: 'held', signal: new AbortController().signal }, () => {
      rmSync(path)
      plant(folder, { pid: process.pid })
      return Promise.resolve()
    })
    expect(readFileSync(path, 'utf8')).toContain('ab'.repeat(12))
  })
})

describe('what stands in the place of a lock', () => {
  it('D54: is refused when it is a symbolic link or a folder', async () => {
    const folder = temporaryFolder()
    writeFileSync(`${folder}/victim`, 'precious')
    symlinkSync(`${folder}/victim`, `${folder}/held.lock`)
    expect(await refusalOf(() => take(folder))).toMatchObject({
      code: 'vault-unsafe',
      path: `${folder}/held.lock`,
    })
    expect(readFileSync(`${folder}/victim`, 'utf8')).toBe('precious')
    rmSync(`${folder}/held.lock`)
    mkdirSync(`${folder}/held.lock`)
    expect(await refusalOf(() => take(folder))).toMatchObject({ code: 'vault-unsafe' })
    expect(readdirSync(folder).sort()).toEqual(['held.lock', 'victim'])
  })

  it('D65: cannot have a name that leaves the folder', async () => {
    await expect(take(temporaryFolder(), { name: '../held' })).rejects.toThrow(/name/)
  })
})

describe('removeAbandonedLocks', () => {
  const remove = (folder: string) => removeAbandonedLocks({ folder, signal: new AbortController().signal })
  const DEAD = { pid: spawnSync('true').pid }

  it('removes the locks, guards and claims of the dead, and leaves those of the living', async () => {
    const folder = temporaryFolder()
    const line = readFileSync(plant(folder, DEAD), 'utf8')
    writeFileSync(`${folder}/gone.lock.${'cd'.repeat(12)}.takeover`, line, { mode: 0o600 })
    writeFileSync(`${folder}/held.lock.${'cd'.repeat(12)}.tmp`, line, { mode: 0o600 })
    const living = `${JSON.stringify({ version: 1, id: 'ef'.repeat(12), ...here.self })}\n`
    for (const name of ['alive.lock', `alive.lock.${'ef'.repeat(12)}.tmp`])
      writeFileSync(`${folder}/${name}`, living, { mode: 0o600 })
    writeFileSync(`${folder}/other.txt`, line)
    expect(await remove(folder)).toEqual([])
    expect(readdirSync(folder)).toEqual(['alive.lock', `alive.lock.${'ef'.repeat(12)}.tmp`, 'other.txt'])
  })

  it('names what is in the place of a lock and is not one', async () => {
    const folder = temporaryFolder()
    mkdirSync(`${folder}/held.lock`)
    expect(await remove(folder)).toEqual(['held.lock'])
  })

  it('makes no folder', async () => {
    const folder = `${temporaryFolder()}/none`
    expect(await remove(folder)).toEqual([])
    expect(existsSync(folder)).toBe(false)
  })
})

describe('localPlatform', () => {
  it('knows itself, and that a number nobody has is gone', async () => {
    expect(here.processAt(process.pid)).toEqual({ kind: 'running', startTime: here.self.startTime })
    expect(here.processAt(await deadPid())).toEqual({ kind: 'gone' })
  })

  it('E79: reads the start time of a process whose name tries to look like fields', async () => {
    const folder = temporaryFolder()
    symlinkSync(process.execPath, `${folder}/x) Z 1 (y`)
    const child = spawn(`${folder}/x) Z 1 (y`, ['-e', 'console.log(1); setInterval(() => 0, 1000)'])
    onTestFinished(() => void child.kill('SIGKILL'))
    await once(child.stdout, 'data')
    const state = here.processAt(child.pid!)
    expect(state.kind).toBe('running')
    if (process.platform === 'linux')
      expect(state).toMatchObject({ startTime: expect.stringMatching(/^\d+$/) as string })
  })
})

describe('a look without waiting', () => {
  const looks = (folder: string) => isHeld({ folder, name: 'held' })
  const elsewhere = { bootId: '00000000-0000-0000-0000-000000000000' }

  it('E72: finds a lock held by a living process, and by nobody else', async () => {
    const folder = temporaryFolder()
    expect(looks(folder)).toBe(false)
    const holder = await startHolder(folder)
    expect(looks(folder)).toBe(true)
    holder.kill('SIGKILL')
    await once(holder, 'exit')
    expect(looks(folder)).toBe(false)
  })

  it('E78: counts one of another boot only while it gives signs of life and its number is in use', async () => {
    const folder = temporaryFolder()
    const path = plant(folder, { ...elsewhere, pid: process.pid })
    expect(looks(folder)).toBe(true)
    const silentSince = (Date.now() - 40_000) / 1000
    utimesSync(path, silentSince, silentSince)
    expect(looks(folder)).toBe(false)
    plant(folder, { ...elsewhere, pid: await deadPid() })
    expect(looks(folder)).toBe(false)
  })
})
