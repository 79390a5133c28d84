/** What `--public` shows of a setup in which every name is somebody's: nothing that was chosen by a person or given by AWS. */
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openStation, POOLKEY } from '../poolkey-process.ts'
import type { Station } from '../poolkey-process.ts'

const PROFILE = 'qzprofile'
const HIDDEN = [
  'qzprofile',
  'qzsource',
  'qzother',
  'qzperson',
  'qzhome',
  'qzsession',
  'qzwrong',
  'qztools',
  'qzrole',
]
const GIVEN = [
  '111122223333',
  '444455556666',
  'emulated1',
  '1example',
  '11111111-2222',
  'pooledkeyadmin',
  'poolkeyadmin',
  'poolkeyeditor',
  'poolkeychained',
  'test-user',
  'example.com',
]

const SETUPS: [string, (station: Station) => void][] = [
  ['healthy', () => undefined],
  [
    'a client that is none',
    (station) => {
      edit(station, /cognito_client_id = .*/, 'cognito_client_id = qzwrong1')
    },
  ],
  [
    'a value that cannot be',
    (station) => {
      edit(station, /cognito_domain = .*/, 'cognito_domain = qzwrong 2')
    },
  ],
  [
    'an unknown key',
    (station) => {
      append(station, 'cognito_unknown = qzwrong3')
    },
  ],
  [
    'a profile that is not there',
    (station) => {
      edit(station, `[profile ${PROFILE}]`, '[profile qzother2]')
    },
  ],
  [
    'a section twice',
    (station) => {
      append(station, '[profile qzother]\n[profile qzother]')
    },
  ],
  [
    'keys beside it',
    (station) => {
      writeFileSync(
        station.env['AWS_SHARED_CREDENTIALS_FILE'] ?? '',
        `[${PROFILE}]\naws_access_key_id = QZWRONG\n`,
        { mode: 0o644 },
      )
    },
  ],
  [
    'another program',
    (station) => {
      append(station, 'credential_process = /opt/qztools/qztools here --qzperson')
    },
  ],
  [
    'a poolkey that is gone',
    (station) => {
      append(
        station,
        `credential_process = '/opt/qztools and/poolkey' credential-process --profile ${PROFILE}`,
      )
    },
  ],
  [
    'a domain that is gone',
    (station) => {
      edit(station, /cognito_domain = .*/, 'cognito_domain = https://qzwrong.invalid')
    },
  ],
  [
    'a role that it may not have',
    (station) => {
      append(station, 'cognito_role_arn = arn:aws:iam::111122223333:role/qzrole/Qzrole2')
    },
  ],
  [
    'a trust policy that fits nobody',
    (station) => {
      append(station, `cognito_role_arn = ${station.emulator.roles.admin}`)
      station.emulator.settings.roles.length = 0
    },
  ],
  [
    'another role of that person',
    (station) => {
      append(
        station,
        `cognito_chain_role_arn = ${station.emulator.roles.chained}Qzrole\ncognito_chain_external_id = qzwrong4`,
      )
    },
  ],
  [
    'no way out',
    (station) => {
      station.env['AWS_CA_BUNDLE'] = '/srv/qztools/qzperson.pem'
    },
  ],
]

function edit(station: Station, from: string | RegExp, to: string): void {
  writeFileSync(station.configFile, readFileSync(station.configFile, 'utf8').replace(from, to))
}

function append(station: Station, lines: string): void {
  appendFileSync(station.configFile, `${lines}\n`)
}

test.each(SETUPS)('%s: no name, id or path is left in text or JSON', async (_, spoil) => {
  const station = await openStation({ profile: { cognito_session: 'qzsession' } })
  await station.signIn()
  const folder = join(station.home, 'qzhome of qzperson')
  mkdirSync(folder)
  const text = readFileSync(station.configFile, 'utf8').replace('[profile dev]', `[profile ${PROFILE}]`)
  station.configFile = join(folder, 'qzhome-config')
  writeFileSync(
    station.configFile,
    `[profile qzother]\ncognito_client_id = qzother3\n${text}credential_process = ${POOLKEY.join(' ')} credential-process --profile ${PROFILE}\n`,
  )
  Object.assign(station.env, {
    ...{
      AWS_CONFIG_FILE: station.configFile,
      AWS_SHARED_CREDENTIALS_FILE: join(folder, 'qzhome-credentials'),
    },
    ...{ USER: 'qzperson', AWS_PROFILE: PROFILE, AWS_DEFAULT_PROFILE: 'qzsource' },
  })
  spoil(station)
  for (const words of [[], ['--json']]) {
    const { code, stdout, stderr } = await station.run(['doctor', '--profile', PROFILE, '--public', ...words])
    const shown = `${stdout}${stderr}`.toLowerCase()
    // What the picture breaks over two lines counts as well.
    const unbroken = shown.replaceAll(/\s*\|\n\|\s*/g, '')
    const left = [...HIDDEN, ...GIVEN, station.home].filter(
      (word) => shown.includes(word) || unbroken.includes(word),
    )
    expect(left, shown).toEqual([])
    expect([0, 3, 5, 6]).toContain(code)
    if (words.length > 0) expect(() => JSON.parse(stdout) as unknown).not.toThrow()
  }
})
