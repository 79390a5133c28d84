import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { runChild } from '../../src/outlets/exec.ts'
import { refusalOf } from '../vault/refusal.ts'
import { temporaryFolder } from '../vault/temporary-folder.ts'

/** Runs a command as on a platform; gives how it ended, and which signals were listened for and no more. */
function run(
  command: string[],
  { platform = 'linux', path = '/usr/bin:/bin' }: { platform?: NodeJS.Platform; path?: string } = {},
) {
  return runChild({ command, env: { PATH: path }, platform, onSignal: () => () => undefined })
}

/** A file that can be run, made of these lines. */
function program(name: string, text: string, folder = temporaryFolder()): string {
  const path = `${folder}/${name}`
  writeFileSync(path, text)
  chmodSync(path, 0o755)
  return path
}

const sh = (script: string) => ['sh', '-c', script]

describe('a program ends poolkey with', () => {
  test.each([0, 1, 255])('its own exit code: %i', async (code) => {
    expect(await run(sh(`exit ${code}`))).toBe(code)
  })

  test.each([
    ['TERM', 143],
    ['KILL', 137],
    ['HUP', 129],
  ])('128 and the number of signal %s', async (signal, code) => {
    expect(await run(sh(`kill -${signal} $$`))).toBe(code)
  })

  test('SIGINT as such, but on Windows, which has no such ending', async () => {
    expect(await run(sh('kill -INT $$'))).toBe('SIGINT')
    const path = program('break.exe', '#!/bin/sh\nkill -INT $$\n')
    expect(await run([path], { platform: 'win32' })).toBe(130)
  })
})

test('signals are listened for while it runs, and no longer', async () => {
  const listening = new Set<string>()
  const seen: string[] = []
  await runChild({
    ...{ command: sh('exit 0'), env: { PATH: '/usr/bin:/bin' }, platform: 'linux' },
    onSignal: (signal) => {
      listening.add(signal)
      seen.push(signal)
      return () => listening.delete(signal)
    },
  })
  expect(seen).toEqual(['SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGINT'])
  expect([...listening]).toEqual([])
})

test('a signal is handed on to it', async () => {
  const ending = runChild({
    ...{ command: ['sleep', '60'], env: { PATH: '/usr/bin:/bin' }, platform: 'linux' },
    onSignal: (signal, listener) => {
      if (signal === 'SIGTERM') setImmediate(listener)
      return () => undefined
    },
  })
  expect(await ending).toBe(143)
})

describe('a program is not run', () => {
  test('that has no name', async () => {
    for (const command of [[], ['']])
      expect(await refusalOf(() => run(command))).toEqual({ code: 'program-not-found', program: '' })
  })

  test('that is nowhere', async () => {
    for (const name of ['no-such-program', '/no/such/program'])
      expect(await refusalOf(() => run([name]))).toEqual({ code: 'program-not-found', program: name })
  })

  test('whose interpreter is not there, by its path or its name', async () => {
    const folder = temporaryFolder()
    const path = program('tool', '#!/no/such/interpreter\n', folder)
    for (const name of [path, 'tool'])
      expect(await refusalOf(() => run([name], { path: folder }))).toEqual({
        ...{ code: 'program-not-runnable', program: name, problem: 'no-interpreter' },
      })
  })

  test('that is a folder, or a file that may not be run', async () => {
    const folder = temporaryFolder()
    mkdirSync(`${folder}/place`)
    writeFileSync(`${folder}/text`, '', { mode: 0o600 })
    for (const name of ['place', 'text'])
      expect(await refusalOf(() => run([`${folder}/${name}`]))).toMatchObject({
        ...{ code: 'program-not-runnable', problem: 'EACCES' },
      })
  })

  test('with more words than the system takes', async () => {
    expect(await refusalOf(() => run(['true', 'x'.repeat(8 * 1024 * 1024)]))).toEqual({
      ...{ code: 'program-not-runnable', program: 'true', problem: 'E2BIG' },
    })
  })
})

describe('on Windows', () => {
  test('a program is run by its path', async () => {
    const path = program('tool.exe', '#!/bin/sh\nexit 7\n')
    expect(await run([path], { platform: 'win32' })).toBe(7)
  })

  test('a batch file is not run: its words would be read by a shell', async () => {
    const path = program('tool.cmd', '')
    expect(await refusalOf(() => run([path, '&calc'], { platform: 'win32' }))).toEqual({
      ...{ code: 'program-not-runnable', program: path, problem: 'batch-file' },
    })
  })

  test('what is not there is not found, nor what vanishes before it is run', async () => {
    expect(await refusalOf(() => run(['tool'], { platform: 'win32' }))).toEqual({
      ...{ code: 'program-not-found', program: 'tool' },
    })
    const path = program('tool.exe', '#!/no/such/interpreter\n')
    expect(await refusalOf(() => run([path], { platform: 'win32' }))).toEqual({
      ...{ code: 'program-not-found', program: path },
    })
  })
})
