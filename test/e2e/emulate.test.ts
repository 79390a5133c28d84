import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { signInHeadlessly } from '../../src/emulator/headless-browser.ts'
import { temporaryFolder } from '../vault/temporary-folder.ts'
import { answerOf, openStation, startPoolkey, startProgram, until } from './poolkey-process.ts'

function freshHome(): { env: Record<string, string>; home: string } {
  const home = temporaryFolder()
  mkdirSync(join(home, '.aws'), { mode: 0o700 })
  return { home, env: { PATH: '/usr/bin:/bin', HOME: home } }
}

test('prints a profile that works as pasted, without extra environment, and ends with 0 on SIGINT', async () => {
  const { home, env } = freshHome()
  const emulator = startPoolkey(['emulate'], env)
  onTestFinished(() => {
    emulator.child.kill('SIGKILL')
  })
  await until(() => emulator.said().stderr.includes('Ctrl-C'))
  const { stdout, stderr } = emulator.said()
  expect(stdout).toMatch(/^\[profile emulated\]\n/)
  const origin = /^endpoint_url = (.*)$/m.exec(stdout)![1]!
  for (const variable of ['AWS_ENDPOINT_URL', 'POOLKEY_SIGNIN_ENDPOINT']) {
    expect(stderr).toContain(`  export ${variable}=${origin}\n`)
  }
  writeFileSync(join(home, '.aws', 'config'), stdout)
  const [, username, password] = /filled in: (\S+) \/ (\S+)\. /.exec(stderr)!

  const words = ['--profile', 'emulated', '--no-browser', '--no-input', '--store', 'file']
  const login = startPoolkey(['login', ...words], env)
  const authorizeUrl = (await login.signInUrl()).href
  await signInHeadlessly({ authorizeUrl, username: username!, password: password! })
  expect(await login.ended).toMatchObject({ code: 0, stdout: '' })
  answerOf(await startPoolkey(['credential-process', '--profile', 'emulated'], env).ended)

  const [, line] = /^credential_process = (.*)$/m.exec(stdout)!
  answerOf(await startProgram('/bin/sh', ['-c', line!], env).ended)

  emulator.child.kill('SIGINT')
  expect(await emulator.ended).toMatchObject({ code: 0, signal: null })
  // The emulator is gone; what it handed out is still in the cache.
  answerOf(await startPoolkey(['credential-process', '--profile', 'emulated'], env).ended)
})

test('says so where the port that was asked for is taken', async () => {
  const { env } = freshHome()
  const { emulator } = await openStation()
  const port = new URL(emulator.origin).port
  const taken = await startPoolkey(['emulate', '--port', port], env).ended
  expect(taken).toMatchObject({ code: 2, stdout: '' })
  expect(taken.stderr).toContain(`poolkey: error: port ${port} of 127.0.0.1 cannot be used (EADDRINUSE)\n`)
})
