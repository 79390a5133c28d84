/**
 * A terminal with a person at it: a line of shell in a session of its own, on a pseudo-terminal held by `script`
 * (util-linux). Rules that hold for whatever happens there: after the line has ended, `stty` tells the same of the
 * terminal as before it, and nothing that only poolkey may know was shown.
 */
import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { POOLKEY_LINE, until } from '../../e2e/poolkey-process.ts'
import type { Environment, Station } from '../../e2e/poolkey-process.ts'
import { leaksIn } from '../../e2e/secret-sweep.ts'

export const ENTER = '\r'
export const BACKSPACE = '\u007f'
export const CTRL = {
  c: '\u0003',
  d: '\u0004',
  h: '\b',
  u: '\u0015',
  z: '\u001a',
  backslash: '\u001c',
}

/** How a line ended: all that the terminal showed, with `\n` for line ends, and the exit code a shell sees. */
export interface Ended {
  code: number | null
  shown: string
  ms: number
}

export interface Terminal {
  /** Waits until a text is shown beyond what was waited for before; gives what came until then, it included. */
  shows: (text: string) => Promise<string>
  /** Waits for a question, then for the terminal to hide what is typed, and types. */
  answer: (question: string, typed: string) => Promise<void>
  type: (text: string) => void
  /** Makes the window narrower or wider. */
  resize: (columns: number) => void
  /** poolkey's process, as soon as there is one. */
  pid: () => Promise<number>
  /** What runs in its session now. */
  processes: () => number[]
  /** Closes the window: whatever is in it is hung up. */
  close: () => void
  ended: Promise<Ended>
}

// A person's shell outlives an interrupted command. The notes are kept in files, as the terminal shows what poolkey says.
const SESSION = `
stty rows 24 cols "$TERMINAL_COLUMNS" iutf8
tty >"$TERMINAL_FOLDER/tty"
echo $$ >"$TERMINAL_FOLDER/session"
stty -a >"$TERMINAL_FOLDER/before"
trap : INT QUIT
sh -c "$TERMINAL_LINE"
code=$?
stty -a >"$TERMINAL_FOLDER/after"
exit $code
`

/** Runs a line of shell, in which `poolkey` is the built command, at a terminal that ends with the test. */
export function openTerminal(
  station: Station,
  line: string,
  { columns = 80, env = {} }: { columns?: number; env?: Environment } = {},
): Terminal {
  const folder = mkdtempSync(join(station.home, 'terminal-'))
  const noteOf = (name: 'tty' | 'session' | 'pid' | 'before' | 'after') => {
    const path = join(folder, name)
    return existsSync(path) ? readFileSync(path, 'utf8') : ''
  }
  installCommand(station)
  const startedMs = performance.now()
  const words = ['--quiet', '--return', '--echo', 'always', '--command', SESSION, '/dev/null']
  const child = spawn('script', words, {
    env: {
      ...station.env,
      SHELL: '/bin/sh',
      TERM: 'xterm',
      // Colour has tests of its own.
      NO_COLOR: '1',
      TERMINAL_FOLDER: folder,
      TERMINAL_COLUMNS: String(columns),
      TERMINAL_LINE: line,
      ...env,
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  // Whoever has ended reads no more of what is typed.
  child.stdin.on('error', () => undefined)
  let shown = ''
  let waitedFor = 0
  let hasEnded = false
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text
  })
  const closed = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      hasEnded = true
      resolve({ code, shown: shown.replaceAll('\r\n', '\n'), ms: performance.now() - startedMs })
    })
  })
  const ended = closed.then((outcome) => {
    const hidden = station.secrets().filter(({ kind }) => kind === 'sign-in')
    expect(leaksIn(outcome.shown, hidden, `the terminal of ${line}`)).toEqual([])
    // There is none after a window was closed.
    if (noteOf('after') !== '')
      expect(withoutSize(noteOf('after')), 'settings of the terminal').toBe(withoutSize(noteOf('before')))
    return outcome
  })
  // A test that fails before it looks has its own message.
  ended.catch(() => undefined)
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await closed
  })

  const stty = (...changes: string[]) =>
    execFileSync('stty', ['-F', noteOf('tty').trim(), ...changes], { encoding: 'utf8' })

  async function shows(text: string): Promise<string> {
    await until(() => hasEnded || shown.includes(text, waitedFor))
    const from = waitedFor
    const at = shown.indexOf(text, from)
    expect(at, `"${text}" after what was waited for in: ${shown}`).toBeGreaterThanOrEqual(from)
    waitedFor = at + text.length
    return shown.slice(from, waitedFor)
  }

  return {
    shows,
    async answer(question, typed) {
      await shows(question)
      await until(() => hasEnded || stty('-a').includes(' -echo '))
      child.stdin.write(typed)
    },
    type: (text) => void child.stdin.write(text),
    resize: (width) => void stty('cols', String(width)),
    async pid() {
      await until(() => noteOf('pid').endsWith('\n'))
      return Number(noteOf('pid'))
    },
    processes: () => processesOf(noteOf('session').trim()),
    close: () => void child.kill('SIGKILL'),
    ended,
  }
}

/** Puts `poolkey` on the station's PATH, and has it tell its process number. */
function installCommand(station: Station): void {
  const path = join(station.home, 'doubles', 'poolkey')
  writeFileSync(path, `#!/bin/sh\necho $$ >"$TERMINAL_FOLDER/pid"\nexec ${POOLKEY_LINE} "$@"\n`)
  chmodSync(path, 0o755)
}

function withoutSize(settings: string): string {
  return settings.replace(/rows \d+; columns \d+; /, '')
}

/** What has not ended in a session; what nobody has collected yet has. */
function processesOf(session: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        // proc(5): after the name in parentheses come state, parent, group and session.
        const [state, , , itsSession] = readFileSync(`/proc/${pid}/stat`, 'latin1')
          .replace(/^.*\) /s, '')
          .split(' ')
        return itsSession === session && state !== 'Z'
      } catch {
        // It ended between the two looks.
        return false
      }
    })
}
