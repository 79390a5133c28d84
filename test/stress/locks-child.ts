/**
 * Takes a lock again and again, until killed. One line of JSON in the first argument says how. Says "in TIME" when it holds
 * it, "waited for PID" when it was refused, and "TWO PID" when another living process was inside, too.
 */
import { readFileSync, readlinkSync, rmSync, symlinkSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { PoolkeyError } from '../../src/errors/poolkey-error.ts'
import { localPlatform } from '../../src/vault/lock-platform.ts'
import { withLock } from '../../src/vault/lock.ts'

/** `host`: claims to be another host; `hasLinks` false: claims to be on a file system without hard links. */
export interface Order {
  folder: string
  patienceMs: number
  silenceMs: number
  host?: string
  hasLinks: boolean
}

const order = JSON.parse(process.argv[2] ?? '') as Order
const { folder, patienceMs, silenceMs, host, hasLinks } = order
const here = localPlatform()
const platform = { ...here, silenceMs, beatMs: 100, self: { ...here.self, host: host ?? here.self.host } }
const inside = `${folder}/inside`

if (!hasLinks) {
  const link = (): never => {
    throw Object.assign(new Error('no hard links here'), { code: 'EPERM' })
  }
  Object.defineProperty(process.getBuiltinModule('node:fs'), 'linkSync', { value: link })
}

function isAlive(pid: string): boolean {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return !/^[ZX]/.test(text.slice(text.lastIndexOf(')') + 2))
  } catch {
    return false
  }
}

// A link, as that comes into being with what it says.
function enter(): void {
  try {
    symlinkSync(process.pid.toString(), inside)
  } catch {
    // Whoever was killed inside could not leave.
    const other = readlinkSync(inside)
    if (isAlive(other)) process.stdout.write(`TWO ${other}\n`)
    rmSync(inside)
    symlinkSync(process.pid.toString(), inside)
  }
  process.stdout.write(`in ${Date.now().toString()}\n`)
}

async function takeAgainAndAgain(): Promise<never> {
  const signal = new AbortController().signal
  for (;;) {
    try {
      await withLock({ folder, name: 'shared', signal, patienceMs, platform }, async () => {
        enter()
        await setTimeout(Math.random() * 10)
        rmSync(inside)
      })
      await setTimeout(Math.random() * 5)
    } catch (error) {
      if (!(error instanceof PoolkeyError) || error.code !== 'lock-held') throw error
      process.stdout.write(`waited for ${String((error as PoolkeyError<'lock-held'>).facts.pid)}\n`)
    }
  }
}

void takeAgainAndAgain()
