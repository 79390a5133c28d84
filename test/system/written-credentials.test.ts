/** What `write` writes, read back by those it is for: botocore's parser, the AWS CLI and boto3. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { letExpire } from '../e2e/expiry.ts'
import { openStation, POOLKEY, profileText, startProgram, until } from '../e2e/poolkey-process.ts'

const READ_BACK = `
import json, sys
from botocore.configloader import raw_config_parse
json.dump(raw_config_parse(sys.argv[1]), sys.stdout)
`

function readWithBotocore(path: string): Promise<unknown> {
  return startProgram('/usr/bin/python3', ['-c', READ_BACK, path], { HOME: '/nonexistent' }).ended.then(
    ({ stdout, stderr }) => {
      expect(stderr).toBe('')
      return JSON.parse(stdout) as unknown
    },
  )
}

test.each(['dev-keys', 'default', 'a/b.c@d', 'x:y+z%1', '0'])(
  'F91: botocore reads [%s] and every other section as before',
  async (name) => {
    const station = await openStation()
    await station.signIn()
    const path = join(station.home, '.aws', 'credentials')
    const before =
      '# mine\r\n[other]\r\naws_access_key_id = AKIAOTHER\r\naws_secret_access_key=a b#c;d\r\ns3 =\r\n  a = 1\r\n\r\n[last]\r\nx=y'
    writeFileSync(path, before, { mode: 0o600 })
    const others = (await readWithBotocore(path)) as Record<string, unknown>
    expect(await station.run(['write', '--profile', 'dev', '--to', name])).toMatchObject({ code: 0 })
    expect(readFileSync(path, 'utf8').startsWith(before)).toBe(true)
    const { stdout } = await station.run(['credential-process', '--profile', 'dev'])
    const answer = JSON.parse(stdout) as Record<string, string>
    const after = (await readWithBotocore(path)) as Record<string, unknown>
    expect(after).toEqual({
      ...others,
      [name]: {
        aws_access_key_id: answer['AccessKeyId'],
        aws_secret_access_key: answer['SecretAccessKey'],
        aws_session_token: answer['SessionToken'],
        region: 'eu-west-1',
        poolkey_region: 'eu-west-1',
        expiration: answer['Expiration'],
        poolkey_profile: 'dev',
        poolkey_session: expect.any(String) as string,
        poolkey_key: answer['AccessKeyId'],
      },
    })
    expect(await station.run(['logout', '--profile', 'dev'])).toMatchObject({ code: 0 })
    expect(await readWithBotocore(path)).toEqual(others)
  },
)

const BOTO3 = `
import sys, boto3
print(boto3.Session(profile_name='keys').client('sts', endpoint_url=sys.argv[1]).get_caller_identity()['Arn'])
`

test('AWS CLI and boto3 call STS with the section that was written', async () => {
  const station = await openStation()
  await station.signIn()
  // A profile of that name, and its region, are in the section alone.
  writeFileSync(station.configFile, profileText(station.emulator, 'dev'))
  expect(await station.run(['write', '--profile', 'dev', '--to', 'keys'])).toMatchObject({ code: 0 })
  const { origin } = station.emulator
  const cli = ['sts', 'get-caller-identity', '--profile', 'keys', '--endpoint-url', origin, '--query', 'Arn', '--output', 'text'] // prettier-ignore
  const aws = await startProgram('/usr/bin/aws', cli, station.env).ended
  expect(aws).toMatchObject({ code: 0, stderr: '' })
  const boto3 = await startProgram('/usr/bin/python3', ['-c', BOTO3, origin], station.env).ended
  expect(boto3).toMatchObject({ code: 0, stderr: '' })
  expect(aws.stdout).toContain(':assumed-role/')
  expect(boto3.stdout).toBe(aws.stdout)
})

// The file's lock is taken over from who does not move for 2 s, as this writer before it renames.
const SLOW_WRITER = ['-f', '-qq', '-e', 'trace=fsync', '-e', 'inject=fsync:delay_enter=5000000']

test.each([
  ['a session', ['logout'], {}, 4],
  ['a session, with everything', ['logout', '--all'], {}, 4],
  ['a session that had ended', ['logout'], {}, 4],
  ['a guest', ['logout', '--forget-guest'], { cognito_guest: 'true' }, 0],
])(
  'D64: what a logout of %s overtook while it was written is not there afterwards',
  async (what, logout, profile, code) => {
    const station = await openStation({ profile, identityPool: { allowUnauthenticated: true } })
    if (code === 4) await station.signIn()
    const folder = join(station.home, '.aws')
    const path = join(folder, 'credentials')
    const own = logout.includes('--all') ? [] : ['--profile', 'dev']
    const words = [...SLOW_WRITER, ...POOLKEY, 'write', '--profile', 'dev', '--to', 'keys']
    // With credentials in the vault the file is all that is synced.
    await station.run(['credential-process', '--profile', 'dev'])
    const accessKey = async () =>
      (
        JSON.parse((await station.run(['credential-process', '--profile', 'dev'])).stdout) as {
          AccessKeyId: string
        }
      ).AccessKeyId
    if (what.endsWith('ended')) {
      letExpire(station, 50 * 60_000)
      station.emulator.revokeAllSessions()
      expect(await station.run(['token', '--profile', 'dev'])).toMatchObject({ code: 4 })
    }
    const before = await accessKey()
    const writing = startProgram('/usr/bin/strace', words, station.env)
    await until(() => readdirSync(folder).some((name) => /^\.credentials\.poolkey-[0-9a-f]{12}$/.test(name)))
    expect(await station.run([...logout, ...own])).toMatchObject({ code: 0 })
    expect(await writing.ended).toMatchObject({ code, stdout: '' })
    expect(existsSync(path) ? readFileSync(path, 'utf8') : '').not.toContain(before)
  },
)
