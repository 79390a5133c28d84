/** Setups that look odd: what is wrong with them, if anything. */
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openStation, POOLKEY, POOLKEY_LINE } from '../poolkey-process.ts'
import type { Station } from '../poolkey-process.ts'

function script(station: Station, name: string, text: string): string {
  const path = join(station.home, 'doubles', name)
  writeFileSync(path, `#!/bin/sh\n${text}\n`)
  chmodSync(path, 0o755)
  return path
}

const LINES: [string, (station: Station) => string][] = [
  ['a program that is given the words', (station) => `${script(station, 'wrap', 'exec "$@"')} ${WORDS}`],
  ['env', () => `/usr/bin/env ${WORDS}`],
  [
    'a script that says nothing of it',
    (station) => script(station, 'keys', `exec ${POOLKEY_LINE} ${PROCESS}`),
  ],
  [
    'a link, as package managers make it',
    (station) => {
      mkdirSync(join(station.home, 'my tools & more'))
      symlinkSync(POOLKEY.at(-1) ?? '', join(station.home, 'my tools & more', 'poolkey'))
      return `'${join(station.home, 'my tools & more', 'poolkey')}' ${PROCESS}`
    },
  ],
]
const PROCESS = 'credential-process --profile dev'
const WORDS = `${POOLKEY.join(' ')} ${PROCESS}`

test.each(LINES)('%s in the credential_process line', async (_, line) => {
  const station = await openStation()
  station.configure({ credential_process: line(station) })
  await station.signIn()
  const { code, stdout } = await station.run(['doctor', '--profile', 'dev'])
  expect(stdout).toContain('Every link holds.\n')
  expect(code).toBe(0)
})

test('a profile whose name needs quotes, as configure writes it', async () => {
  const station = await openStation()
  await station.signIn()
  const text = readFileSync(station.configFile, 'utf8')
  writeFileSync(station.configFile, text.replace('[profile dev]', '[profile R&D]'))
  expect(await station.run(['configure', '--yes', '--profile', 'R&D'])).toMatchObject({ code: 0 })
  const { code, stdout } = await station.run(['doctor', '--profile', 'R&D'])
  expect(stdout).toContain('Every link holds.\n')
  expect(code).toBe(0)
})

test('keys in the section of the source profile, which AWS tools take for the first role', async () => {
  const station = await openStation()
  const { roles, origin } = station.emulator
  station.configure({ credential_process: WORDS, cognito_role_arn: roles.admin })
  const chained = `role_arn = ${roles.chained}\nsource_profile = dev\nregion = eu-west-1\nendpoint_url = ${origin}\n`
  writeFileSync(station.configFile, `\n[profile far]\n${chained}`, { flag: 'a' })
  await station.signIn()
  const credentials = join(station.home, '.aws', 'credentials')
  const keys = 'aws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = none\n'
  writeFileSync(credentials, `[far]\n${keys}`, { mode: 0o600 })
  expect(await station.run(['doctor', '--profile', 'far'])).toMatchObject({ code: 0 })
  writeFileSync(credentials, `[dev]\n${keys}`, { mode: 0o600 })
  const { code, stdout } = await station.run(['doctor', '--profile', 'far'])
  expect(code).toBe(3)
  expect(stdout).toContain(`Tools: profile dev has aws_access_key_id (${credentials}:2)`)
})
