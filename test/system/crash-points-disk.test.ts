/**
 * A disk that really is full, or read-only: a tmpfs of 64 KiB. Where nothing may be mounted, as for a person without
 * privileges, the injected faults of crash-points-command.test.ts are what is left.
 */
import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { answerOf, openStation, preloading, untilExpired } from '../e2e/poolkey-process.ts'
import type { Station, StationOptions } from '../e2e/poolkey-process.ts'

const PROCESS = ['credential-process', '--profile', 'dev']
const PAGE = 4096

interface Disk {
  station: Station
  folder: string
  /** Leaves so many pages free; all but those that files grow into by themselves. */
  fill: (freePages: number) => void
  empty: () => void
  makeReadOnly: () => void
}

/** A station whose state is on a disk of its own, and somebody signed in. */
async function openDisk(options: StationOptions = {}): Promise<Disk> {
  const station = await openStation(options)
  const disk = join(station.home, 'disk')
  mkdirSync(disk)
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k,mode=700', 'none', disk])
  onTestFinished(() => void execFileSync('umount', [disk]))
  const folder = join(disk, 'state')
  station.env['POOLKEY_HOME'] = folder
  expect(await station.signIn()).toMatchObject({ code: 0 })
  const filler = join(disk, 'filler')
  return {
    station,
    folder,
    fill: (freePages) => {
      const bytes = statfsSync(disk).bavail * PAGE - freePages * PAGE
      writeFileSync(filler, Buffer.alloc(Math.max(0, bytes)))
      expect(statfsSync(disk).bavail).toBe(freePages)
    },
    empty: () => {
      rmSync(filler)
    },
    makeReadOnly: () => {
      execFileSync('mount', ['-o', 'remount,ro', disk])
    },
  }
}

function unfinishedIn(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return names.filter((name) => /\.(tmp|lock)$/.test(name))
}

function sessionIn(folder: string): Buffer {
  return readFileSync(join(folder, readdirSync(folder).find((name) => name.startsWith('session-')) ?? ''))
}

const STATES = [
  ['full', (disk: Disk) => { disk.fill(0) }],
  ['read-only', (disk: Disk) => { disk.makeReadOnly() }],
] as const // prettier-ignore

/** What the command believes the time to be, where only the clock of this machine tells. */
function ahead(home: string, minutes: number): Record<string, string> {
  const path = join(home, 'tmp', 'clock.cjs')
  writeFileSync(path, `const now = Date.now; Date.now = () => now() + ${minutes.toString()} * 60_000\n`)
  return preloading(path)
}

if (canMount()) {
  describe('a disk that is really so', () => {
    test.each(STATES)(
      'D58: on a %s disk cached credentials are handed out, without a word',
      async (_what, spoil) => {
        const disk = await openDisk()
        const answer = answerOf(await disk.station.run(PROCESS))
        spoil(disk)
        expect(answerOf(await disk.station.run(PROCESS))).toEqual(answer)
      },
    )

    test.each(STATES)(
      'D58, E80: on a %s disk credentials that are due but live are handed out, without a word',
      async (_what, spoil) => {
        const disk = await openDisk()
        const { station, folder } = disk
        const answer = answerOf(await station.run(PROCESS))
        spoil(disk)
        const before = station.emulator.requests.length
        const late = ahead(station.home, 50)
        expect(answerOf(await station.run(PROCESS, late))).toEqual(answer)
        expect(station.emulator.requests.length).toBe(before)
        expect(unfinishedIn(folder)).toEqual([])
      },
    )

    test.each(STATES)(
      'D58: on a %s disk a refresh is not begun, the session stays, and it is said',
      async (_what, spoil) => {
        const disk = await openDisk({ idTokenSeconds: 1, credentialsSeconds: 1 })
        const { station, folder } = disk
        await untilExpired(answerOf(await station.run(PROCESS)))
        const before = sessionIn(folder)
        const refreshes = station.emulator.count('token:refresh_token')
        spoil(disk)
        const refused = await station.run(PROCESS)
        expect(refused).toMatchObject({ code: 7, stdout: '' })
        expect(refused.stderr).toMatch(
          /^poolkey: error: cannot write .* \((ENOSPC|EROFS)\)\npoolkey: fix: .*\n$/,
        )
        expect(station.emulator.count('token:refresh_token')).toBe(refreshes)
        expect(sessionIn(folder)).toEqual(before)
        expect(unfinishedIn(folder)).toEqual([])
      },
    )

    test('D58: however little room is left, no rotated token is lost, no file torn and none left over', async () => {
      const lives = { idTokenSeconds: 1, credentialsSeconds: 1 }
      const disk = await openDisk({ ...lives, rotation: { graceSeconds: 0 } })
      const { station, folder } = disk
      const codes: (number | null)[] = []
      for (let freePages = 0; freePages <= 6; freePages += 1) {
        Object.assign(station.emulator.settings, lives)
        await untilExpired(answerOf(await station.run(PROCESS)))
        Object.assign(station.emulator.settings, { idTokenSeconds: 3600, credentialsSeconds: 3600 })
        const before = {
          session: sessionIn(folder),
          refreshes: station.emulator.count('token:refresh_token'),
        }
        disk.fill(freePages)
        const outcome = await station.run(PROCESS)
        const isRefreshed = station.emulator.count('token:refresh_token') > before.refreshes
        if (outcome.code === 0) answerOf(outcome)
        else {
          expect(outcome).toMatchObject({ code: 7, stdout: '' })
          expect(outcome.stderr).toContain('(ENOSPC)')
        }
        expect(sessionIn(folder).equals(before.session), `${freePages.toString()} pages`).toBe(!isRefreshed)
        expect(unfinishedIn(folder)).toEqual([])
        disk.empty()
        // With grace 0 a token that was spent and not stored would have ended the session.
        for (const name of readdirSync(folder))
          if (name.startsWith('credentials-')) rmSync(join(folder, name))
        answerOf(await station.run(PROCESS))
        for (const name of readdirSync(folder))
          if (name.startsWith('credentials-')) rmSync(join(folder, name))
        codes.push(outcome.code)
      }
      // From too little to enough: both ends were seen.
      expect(codes[0]).toBe(7)
      expect(codes.at(-1)).toBe(0)
    })

    test.each(STATES)(
      'D58: a vault is not begun on a %s disk, and nothing of it is left',
      async (_what, spoil) => {
        const disk = await openDisk()
        const { station, folder } = disk
        expect(await station.run(['logout', '--all'])).toMatchObject({ code: 0 })
        rmSync(folder, { recursive: true, force: true })
        spoil(disk)
        const refused = await station.run(['login', '--profile', 'dev', '--no-browser', '--no-input'])
        expect(refused).toMatchObject({ code: 7, stdout: '' })
        expect(refused.stderr).toMatch(/\((ENOSPC|EROFS)\)/)
        expect(existsSync(folder) ? readdirSync(folder) : []).toEqual([])
      },
    )

    test.each(STATES)(
      'D58: status says that a %s disk keeps nothing, and leaves nothing on it',
      async (_what, spoil) => {
        const disk = await openDisk()
        const before = readdirSync(disk.folder)
        spoil(disk)
        const status = await disk.station.run(['status', '--profile', 'dev'])
        expect(status.code).toBe(0)
        expect(status.stderr).toMatch(/^poolkey: warning: nothing can be written to .* \((ENOSPC|EROFS)\)/)
        expect(readdirSync(disk.folder)).toEqual(before)
      },
    )
  })
}

function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'poolkey-mount-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'none', folder], { stdio: 'ignore' })
    execFileSync('umount', [folder])
    return true
  } catch {
    return false
  } finally {
    rmSync(folder, { recursive: true })
  }
}
