import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative as relativePath } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openBrowser } from '../../src/sign-in/browser.ts'
import { bundled } from '../vault/bundle.ts'
import { temporaryFolder } from '../vault/temporary-folder.ts'

const URL_TEXT = 'https://acme.auth.eu-west-1.amazoncognito.com/oauth2/authorize?a=b&c=d'
const helperPath = bundled('src/sign-in/open-helper.ts', { packages: false })
const DESKTOP = {
  platform: 'linux' as const,
  isRoot: false,
  isContainer: false,
  helper: [process.execPath, helperPath()],
}

function script(path: string, body: string): string {
  writeFileSync(path, `#!/bin/sh\n${body}\n`)
  chmodSync(path, 0o755)
  return path
}

/** A launcher that writes down its words, one a line between marks, and its environment. */
function recorder(folder: string, name = 'browser'): { program: string; words(): string[]; env(): string } {
  const program = script(
    join(folder, name),
    `printf '<%s>\\n' "$@" > "${folder}/words"; env > "${folder}/env"`,
  )
  return {
    program,
    words: () => readFileSync(join(folder, 'words'), 'utf8').trimEnd().split('\n'),
    env: () => readFileSync(join(folder, 'env'), 'utf8'),
  }
}

describe('a command', () => {
  test('C45: gets the URL as one word, whatever is in it', async () => {
    const browser = recorder(temporaryFolder())
    const hostile = 'https://acme.test/a?x=$(touch pwn)&y=`id`|%PATH%"\'\\ ;é\n#$HOME'
    const outcome = await openBrowser({
      ...DESKTOP,
      url: hostile,
      command: [browser.program, '--new window', '--at=%s'],
      env: { PATH: '/usr/bin:/bin' },
    })
    expect(outcome).toEqual({ kind: 'opened' })
    const [first, second, ...others] = browser.words()
    expect(first).toBe('<--new window>')
    expect(second).toMatch(/^<--at=https:\/\/acme\.test\/[\x21-\x7e]+>$/)
    expect(second).not.toMatch(/["' \\`$()|;\n]/)
    expect(others).toEqual([])
  })

  test('C49: sees no AWS or poolkey variable', async () => {
    const browser = recorder(temporaryFolder())
    await openBrowser({
      ...DESKTOP,
      url: URL_TEXT,
      command: [browser.program],
      env: {
        PATH: '/usr/bin:/bin',
        AWS_SESSION_TOKEN: 'CANARY-1',
        POOLKEY_CLIENT_SECRET: 'CANARY-2',
        DISPLAY: ':7',
      },
    })
    expect(browser.env()).toContain('DISPLAY=:7')
    expect(browser.env()).not.toContain('CANARY')
  })

  test('is sought in the absolute folders of PATH', async () => {
    const folder = temporaryFolder()
    const browser = recorder(folder, 'my-browser')
    const outcome = await openBrowser({
      ...DESKTOP,
      url: URL_TEXT,
      command: ['my-browser'],
      env: { PATH: `/usr/bin:/bin:${folder}` },
    })
    expect(outcome).toEqual({ kind: 'opened' })
    expect(browser.words()).toEqual([`<${URL_TEXT}>`])
  })

  test('C46: planted in the working folder, is not found through an empty or relative entry of PATH', async () => {
    const folder = temporaryFolder()
    const browser = recorder(folder, 'my-browser')
    const relative = relativePath(process.cwd(), folder)
    const open = (PATH: string | undefined) =>
      openBrowser({ ...DESKTOP, url: URL_TEXT, command: ['my-browser'], env: { PATH } })
    for (const path of [relative, `:${relative}:.:`, `./${relative}`, undefined]) {
      expect(await open(path)).toMatchObject({ kind: 'not-opened', why: 'not-found' })
    }
    expect(existsSync(join(folder, 'words'))).toBe(false)
    expect(await open(`${folder}:/usr/bin:/bin`), 'by an absolute folder it is').toEqual({ kind: 'opened' })
    expect(browser.words()).toEqual([`<${URL_TEXT}>`])
  })

  test('C50: that is absent, fails or cannot be run is named, and nothing is thrown', async () => {
    const folder = temporaryFolder()
    const failing = script(join(folder, 'failing'), 'exit 3')
    const plain = join(folder, 'plain')
    writeFileSync(plain, 'not a program')
    const broken = join(folder, 'broken')
    writeFileSync(broken, 'no known format \u0001')
    chmodSync(broken, 0o755)
    const open = (program: string) =>
      openBrowser({ ...DESKTOP, url: URL_TEXT, command: [program], env: { PATH: '/usr/bin:/bin' } })
    expect(await open('no-such-browser')).toMatchObject({ kind: 'not-opened', why: 'not-found' })
    expect(await open(plain)).toMatchObject({ kind: 'not-opened', why: 'not-found' })
    expect(await open(folder)).toMatchObject({ kind: 'not-opened', why: 'not-found' })
    expect(await open(broken)).toMatchObject({ kind: 'not-opened', why: 'failed' })
    expect(await open(`${folder}/nul\0`)).toMatchObject({ kind: 'not-opened' })
    expect(await open(failing)).toEqual({
      kind: 'not-opened',
      why: 'failed',
      detail: `${failing} ended with 3`,
    })
  })

  test('C50: that stays is counted as a browser and not waited for', async () => {
    const folder = temporaryFolder()
    const gate = join(folder, 'gate')
    execFileSync('mkfifo', [gate])
    const staying = script(join(folder, 'staying'), `read line < "${gate}"`)
    const outcome = await openBrowser({
      ...DESKTOP,
      url: URL_TEXT,
      command: [staying],
      env: { PATH: '/usr/bin:/bin' },
      graceMs: 20,
    })
    expect(outcome).toEqual({ kind: 'opened' })
    // Lets it end: a FIFO opens for writing once its reader is there.
    writeFileSync(gate, 'go\n')
  })
})

describe("the system's browser", () => {
  test('C46: a planted xdg-open in the working folder is never run', async () => {
    const folder = temporaryFolder()
    script(join(folder, 'xdg-open'), `touch "${folder}/pwned"`)
    // The folder by its absolute name is the one entry that may be searched, and it is left out.
    const relative = relativePath(process.cwd(), folder)
    const outcome = await openBrowser({
      ...DESKTOP,
      url: URL_TEXT,
      command: undefined,
      env: { PATH: `:.:${relative}:${folder}/empty`, DISPLAY: ':0' },
    })
    expect(existsSync(join(relative, 'xdg-open'))).toBe(true)
    expect(outcome).toMatchObject({ kind: 'not-opened', why: 'not-found' })
    expect(existsSync(join(folder, 'pwned'))).toBe(false)
  })

  test('is opened by an xdg-open in an absolute folder', async () => {
    const folder = temporaryFolder()
    const browser = recorder(folder, 'xdg-open')
    const outcome = await openBrowser({
      ...DESKTOP,
      url: URL_TEXT,
      command: undefined,
      env: { PATH: `.:${folder}:/usr/bin:/bin`, DISPLAY: ':0', AWS_PROFILE: 'CANARY' },
    })
    expect(outcome).toEqual({ kind: 'opened' })
    expect(browser.words()).toEqual([`<${URL_TEXT}>`])
    expect(browser.env()).not.toMatch(/CANARY|PATH=\./)
  })

  test('in the Linux subsystem of Windows is the one of Windows, without a display here', async () => {
    const folder = temporaryFolder()
    const windows = join(folder, 'c/Windows/System32/WindowsPowerShell/v1.0')
    mkdirSync(windows, { recursive: true })
    script(join(windows, 'powershell.exe'), `printf '%s\\n' "$@" > "${folder}/words"`)
    // What WSL shows of itself, wherever this runs: its kernel, its drives, and no container.
    const subsystem = join(folder, 'subsystem.cjs')
    writeFileSync(
      subsystem,
      `const fs = require('node:fs'), os = require('node:os'), { access, readFile } = fs.promises
      os.release = () => '6.6.87.2-microsoft-standard-WSL2'
      const statSync = fs.statSync, readFileSync = fs.readFileSync
      const isMark = (path) => /^\\/(\\.dockerenv|run\\/\\.containerenv)$/.test(String(path))
      fs.statSync = (path, ...rest) => statSync(isMark(path) ? '/absent' : path, ...rest)
      fs.readFileSync = (path, ...rest) => readFileSync(/cgroup|mountinfo/.test(String(path)) ? '/dev/null' : path, ...rest)
      fs.promises.access = (path, ...rest) => (path === '/etc/wsl.conf' ? Promise.resolve() : access(path, ...rest))
      fs.promises.readFile = (path, ...rest) =>
        path === '/etc/wsl.conf' ? Promise.resolve('[automount]\\nroot = ${folder}/\\n') : readFile(path, ...rest)\n`,
    )
    const outcome = await openBrowser({
      ...DESKTOP,
      helper: [process.execPath, '--require', subsystem, helperPath()],
      url: URL_TEXT,
      command: undefined,
      env: { PATH: '/usr/bin:/bin', WSL_DISTRO_NAME: 'Debian' },
      graceMs: 20_000,
    })
    expect(outcome).toEqual({ kind: 'opened' })
    const encoded = readFileSync(join(folder, 'words'), 'utf8').trimEnd().split('\n').at(-1)!
    expect(Buffer.from(encoded, 'base64').toString('utf16le')).toContain(`Start '${URL_TEXT}'`)
  })

  test('C51: is not opened as root, nor without a display', async () => {
    const folder = temporaryFolder()
    recorder(folder, 'xdg-open')
    const open = (changes: { isRoot: boolean; env: Record<string, string> }) =>
      openBrowser({ ...DESKTOP, url: URL_TEXT, command: undefined, ...changes })
    expect(await open({ isRoot: true, env: { PATH: folder, DISPLAY: ':0' } })).toMatchObject({ why: 'root' })
    expect(await open({ isRoot: false, env: { PATH: folder } })).toMatchObject({ why: 'no-display' })
    expect(existsSync(join(folder, 'words'))).toBe(false)
  })
})

test.each([
  'file:///etc/passwd',
  'javascript:alert(1)',
  'smb://host/share',
  'ms-settings:x',
  'http://acme.test/',
  'https://user:secret@acme.test/',
  'not a url',
  '--help',
])('C47: is not asked to open %s', async (url) => {
  const browser = recorder(temporaryFolder())
  const outcome = await openBrowser({ ...DESKTOP, url, command: [browser.program], env: {} })
  expect(outcome).toMatchObject({ kind: 'not-opened', why: 'unsafe-url' })
})
