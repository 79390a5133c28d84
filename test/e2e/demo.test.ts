import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openStation } from './poolkey-process.ts'
import { filesIn } from './secret-sweep.ts'

test('shows the whole chain in order with real output, ends with 0 and leaves nothing behind', async () => {
  const station = await openStation()
  const filesBefore = filesIn(station.home)
  const demo = await station.run(['demo'])
  expect(demo).toMatchObject({ code: 0, stderr: '' })
  const parts = [
    /An embedded Cognito and STS listen on http:\/\/127\.0\.0\.1:\d+/,
    /\$ poolkey login .*signs in by itself/,
    /Signed in as test-user@example\.com\./,
    /\$ poolkey credential-process/,
    /AccessKeyId +ASIA[A-Z2-7]{16}\n/,
    /Expiration +\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\n/,
    /\$ GetCallerIdentity/,
    /arn:aws:sts::111122223333:assumed-role\/PoolkeyAdmin\/CognitoIdentityCredentials in account 111122223333/,
    /\$ poolkey credential-process .*once more/,
    /the same credentials, from the sealed cache, in \d+ ms/,
    /\$ poolkey logout/,
    /is signed out \(demo\)/,
    /Nothing of it stays on this machine/,
  ]
  let rest = demo.stdout
  for (const part of parts) {
    const found = part.exec(rest)
    expect(found, `${String(part)} in its place`).not.toBeNull()
    rest = rest.slice(found!.index + found![0].length)
  }
  expect(filesIn(station.home)).toEqual(filesBefore)
  expect(readdirSync(join(station.home, 'tmp'))).toEqual([])
})

test('is not led astray by what the person has set, and leaves their state alone', async () => {
  const station = await openStation()
  await station.signIn()
  const before = await station.run(['credential-process', '--profile', 'dev'])
  const demo = await station.run(['demo', '--no-input'], {
    AWS_PROFILE: 'no-such-profile',
    AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
    AWS_CONFIG_FILE: '/nonexistent',
    POOLKEY_HOME: '/nonexistent',
    POOLKEY_STORE: 'keychain',
  })
  expect(demo).toMatchObject({ code: 0, stderr: '' })
  expect((await station.run(['credential-process', '--profile', 'dev'])).stdout).toBe(before.stdout)
})

test('ended by SIGINT cleans up', async () => {
  const station = await openStation()
  const demo = station.start(['demo'])
  await new Promise((resolve) => demo.child.stdout?.once('data', resolve))
  demo.child.kill('SIGINT')
  expect(await demo.ended).toMatchObject({ code: 130 })
  expect(readdirSync(join(station.home, 'tmp'))).toEqual([])
})

test('whose reader goes away, as head does, ends with 1 and leaves nothing behind', async () => {
  const station = await openStation()
  const demo = station.start(['demo'])
  demo.child.stdout?.once('data', () => demo.child.stdout?.destroy())
  expect(await demo.ended).toMatchObject({
    code: 1,
    stderr: 'poolkey: error: nobody reads the output any more\n',
  })
  expect(readdirSync(join(station.home, 'tmp'))).toEqual([])
})

test('without a folder for temporary files says which variable names it', async () => {
  const station = await openStation()
  const folder = join(station.home, 'missing')
  expect(await station.run(['demo'], { TMPDIR: folder })).toMatchObject({
    code: 3,
    stdout: '',
    stderr: `poolkey: error: environment variable TMPDIR = ${folder} is not valid\npoolkey: fix: set TMPDIR to a folder that exists and that you can write to\n`,
  })
})
