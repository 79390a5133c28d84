import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../vault/temporary-folder.ts'
import { openStation, startProgram, until } from './poolkey-process.ts'
import { leaksIn, leaksInFiles, watchCommandLines } from './secret-sweep.ts'
import type { KnownSecret } from './secret-sweep.ts'

const SECRET: KnownSecret = { kind: 'sign-in', name: 'token', value: 'a/secret+with="quotes"~äé/' }

test.each([
  ['as it is', (secret: string) => secret],
  ['in a URL', (secret: string) => `https://example.com/?t=${encodeURIComponent(secret)}`],
  ['in JSON', (secret: string) => JSON.stringify({ secret })],
  ['in hexadecimal', (secret: string) => Buffer.from(`x${secret}`).toString('hex')],
  ['in base64', (secret: string) => Buffer.from(secret).toString('base64')],
  ['in base64 of a longer text', (secret: string) => Buffer.from(`x${secret}yz`).toString('base64')],
  ['in base64 of a still longer text', (secret: string) => Buffer.from(`xy${secret}z`).toString('base64')],
  ['in base64url of a longer text', (secret: string) => Buffer.from(`xyz-${secret}`).toString('base64url')],
])('the sweep finds a secret %s', (_, disguise) => {
  expect(leaksIn(disguise(SECRET.value), [SECRET], 'a text')).toEqual(['token in a text'])
  expect(leaksIn(disguise('something else'), [SECRET], 'a text')).toEqual([])
})

test('the sweep finds a secret in a file at any depth, and the key of a vault outside of vault.key', () => {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'a', 'b'), { recursive: true })
  writeFileSync(join(folder, 'vault.key'), 'the+vault+key=\n')
  expect(leaksInFiles(folder, [])).toEqual([])
  const copy = join(folder, 'a', 'b', 'copy')
  writeFileSync(copy, `the+vault+key= x`)
  expect(leaksInFiles(folder, [])).toEqual([`vault key in ${copy}`])
})

test('the sweep sees the command line of a process', async () => {
  const commandLines = watchCommandLines()
  const started = startProgram(
    process.execPath,
    ['-e', 'setInterval(Date.now, 1000)', 'canary-on-the-command-line'],
    {},
  )
  await until(() => commandLines.seen().includes('canary-on-the-command-line'))
  started.child.kill()
  await started.ended
  expect(commandLines.stop()).toContain('canary-on-the-command-line')
})

test('every secret of a sign-in and an exchange is known to the sweep', async () => {
  const station = await openStation()
  await station.signIn()
  await station.run(['credential-process', '--profile', 'dev'])
  const names = station.secrets().map(({ name }) => name)
  const expected = [
    'mark',
    'SecretMark',
    'id_token',
    'access_token',
    'refresh_token',
    'SecretKey',
    'SessionToken',
  ]
  expect(names).toEqual(expect.arrayContaining([...expected, 'code', 'code_verifier', 'id_token, part 2']))
})
