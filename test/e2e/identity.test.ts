import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { openStation } from './poolkey-process.ts'
import type { Station } from './poolkey-process.ts'

function run(station: Station, ...words: string[]) {
  return station.run([...words, '--profile', 'dev'])
}

test('whoami shows what AWS says beside who signed in', async () => {
  const station = await openStation()
  await station.signIn()
  const told = await run(station, 'whoami')
  expect(told).toMatchObject({ code: 0, stderr: '' })
  expect(told.stdout).toMatch(/^Signed in +test-user@example\.com$/m)
  expect(told.stdout).toContain(':assumed-role/PoolkeyAdmin/CognitoIdentityCredentials\n')

  const asked = await run(station, 'whoami', '--json', '--role', station.emulator.roles.editor)
  expect(JSON.parse(asked.stdout)).toMatchObject({
    version: 1,
    profile: 'dev',
    account: station.emulator.accountId,
    arn: `arn:aws:sts::${station.emulator.accountId}:assumed-role/PoolkeyEditor/CognitoIdentityCredentials`,
    claims: { email: 'test-user@example.com', token_use: 'id' },
  })
})

test('roles lists what the token offers, and roles use writes one into the profile and nothing else', async () => {
  const station = await openStation()
  const { admin, editor } = station.emulator.roles
  await station.signIn()
  const listed = await run(station, 'roles', '--json')
  expect(JSON.parse(listed.stdout)).toEqual({
    version: 1,
    profile: 'dev',
    roles: [
      { arn: admin, name: 'PoolkeyAdmin', preferred: true, inUse: true },
      { arn: editor, name: 'PoolkeyEditor', preferred: false, inUse: false },
    ],
  })

  const file = `${station.home}/.aws/config`
  const before = readFileSync(file, 'utf8')
  expect(await run(station, 'roles', 'use', 'PoolkeyEditor')).toMatchObject({ code: 0, stdout: '' })
  const lines = readFileSync(file, 'utf8').split('\n')
  expect(lines.filter((line) => !before.split('\n').includes(line))).toEqual([`cognito_role_arn = ${editor}`])
  expect((await run(station, 'roles')).stdout).toContain(`* ${editor}  (in use)\n`)
  expect((await run(station, 'whoami')).stdout).toContain(':assumed-role/PoolkeyEditor/')
})

test('a role that the token does not offer is refused, naming those it does', async () => {
  const station = await openStation()
  await station.signIn()
  const refused = await run(station, 'roles', 'use', 'PoolkeyRoot')
  expect(refused).toMatchObject({ code: 2, stdout: '' })
  expect(refused.stderr).toContain('offers no role PoolkeyRoot')
  expect(refused.stderr).toContain(station.emulator.roles.admin)
})
