import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { TEST_USER } from '../../src/emulator/default-settings.ts'
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

  // The other ways to a role need no sign-in beside that one.
  for (const [way, role] of [
    ['editor', 'PoolkeyEditor'],
    ['web-identity', 'PoolkeyWebIdentity'],
    ['chained', 'PoolkeyChained'],
    ['guest', 'PoolkeyUnauthenticated'],
  ]) {
    const { code, stdout: who } = await startPoolkey(
      ['whoami', '--json', '--profile', `emulated-${way!}`],
      env,
    ).ended
    expect({ code, arn: (JSON.parse(who) as { arn: string }).arn }).toEqual({
      ...{ code: 0, arn: expect.stringContaining(`:assumed-role/${role!}/`) as string },
    })
  }

  const [, line] = /^credential_process = (.*)$/m.exec(stdout)!
  answerOf(await startProgram('/bin/sh', ['-c', line!], env).ended)

  emulator.child.kill('SIGINT')
  expect(await emulator.ended).toMatchObject({ code: 0, signal: null })
  // The emulator is gone; what it handed out is still in the cache.
  answerOf(await startPoolkey(['credential-process', '--profile', 'emulated'], env).ended)
})

test('is the pools and the app client of an imported profile, under a name of choice; what is no ID is refused', async () => {
  const { home, env } = freshHome()
  const ids = {
    user_pool_id: 'eu-central-1_Imported1',
    client_id: '7importedclient0123456789',
    identity_pool_id: 'eu-central-1:99999999-8888-7777-6666-555555555555',
  }
  const words = Object.entries(ids).flatMap(([key, id]) => [`--${key.replaceAll('_', '-')}`, id])
  const emulator = startPoolkey(['emulate', '--profile', 'dev app', ...words], env)
  onTestFinished(() => {
    emulator.child.kill('SIGKILL')
  })
  await until(() => emulator.said().stderr.includes('Ctrl-C'))
  const { stdout, stderr } = emulator.said()
  expect(stdout).toMatch(/^\[profile "dev app"\]\nregion = eu-central-1\n/)
  expect(stderr).toContain("poolkey login --profile 'dev app'\n")
  const [, origin] = /^endpoint_url = (.*)$/m.exec(stdout)!

  // As README says of a file that an application has.
  const { user_pool_id, client_id: user_pool_client_id, identity_pool_id } = ids
  const auth = { user_pool_id, user_pool_client_id, identity_pool_id, aws_region: 'eu-central-1' }
  writeFileSync(join(home, 'amplify_outputs.json'), JSON.stringify({ auth }))
  writeFileSync(join(home, '.aws', 'config'), `[profile app]\nendpoint_url = ${origin!}\n`)
  const [, issuer] = /^cognito_issuer = (.*)$/m.exec(stdout)!
  const here = ['--profile', 'app', '--issuer', issuer!, '--domain', origin!]
  const imported = ['configure', 'import', join(home, 'amplify_outputs.json'), '--yes', ...here]
  expect(await startPoolkey(imported, env).ended).toMatchObject({ code: 0 })
  const login = startPoolkey(
    ['login', '--profile', 'app', '--no-browser', '--no-input', '--store', 'file'],
    env,
  )
  await signInHeadlessly({ authorizeUrl: (await login.signInUrl()).href, ...TEST_USER })
  expect(await login.ended).toMatchObject({ code: 0 })

  const refused = await startPoolkey(['emulate', '--client-id', 'not a client'], env).ended
  expect(refused).toMatchObject({ code: 2, stdout: '' })
  expect(refused.stderr).toContain('"not a client" is no cognito_client_id')
})

test('says so where the port that was asked for is taken', async () => {
  const { env } = freshHome()
  const { emulator } = await openStation()
  const port = new URL(emulator.origin).port
  const taken = await startPoolkey(['emulate', '--port', port], env).ended
  expect(taken).toMatchObject({ code: 2, stdout: '' })
  expect(taken.stderr).toContain(`poolkey: error: port ${port} of 127.0.0.1 cannot be used (EADDRINUSE)\n`)
})
