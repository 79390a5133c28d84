import { expect, test } from 'vitest'
import { isPoolkeyCommand, listProfiles } from '../../src/profile/profile-list.ts'

test('lists every profile with its kind, its place and whether poolkey may write into it', () => {
  const configText = `[default]
region = eu-west-1
[profile base]
cognito_user_pool_id = eu-west-1_A
credential_process = /usr/local/bin/poolkey credential-process --profile base
[profile role]
cognito_source_profile = base
[profile chained]
role_arn = arn:aws:iam::111122223333:role/x
source_profile = base
[profile keys]
aws_access_key_id = x
[profile sso]
sso_session = s
[profile console]
login_session = arn:aws:iam::111122223333:user/x
[sso-session s]
[profile others]
credential_process = /opt/other-tool poolkey
`
  const entries = listProfiles({
    configText,
    configFile: 'c',
    credentialsText: '[only]\ncognito_guest = true',
    credentialsFile: 'k',
  })
  expect(entries.map(({ name, kind, sourceProfile, isOwn }) => [name, kind, sourceProfile, isOwn])).toEqual([
    ['default', 'foreign', undefined, true],
    ['base', 'poolkey', undefined, true],
    ['role', 'poolkey', 'base', true],
    ['chained', 'chained', 'base', false],
    ['keys', 'foreign', undefined, false],
    ['sso', 'foreign', undefined, false],
    ['console', 'foreign', undefined, false],
    ['others', 'foreign', undefined, false],
    ['only', 'poolkey', undefined, true],
  ])
  expect(entries.map(({ file, line }) => `${file}:${line}`).slice(-2)).toEqual(['c:18', 'k:1'])
  expect(listProfiles({ configText, configFile: 'config' }).map(({ name }) => name)).toEqual([
    'default',
    'base',
    'role',
    'chained',
    'keys',
    'sso',
    'console',
    'others',
  ])
})

test.each([
  ['/usr/local/bin/poolkey credential-process --profile dev', true],
  ["'/opt/my tools/poolkey' credential-process --profile 'a b'", true],
  ['"C:\\Program Files\\poolkey\\poolkey.cmd" credential-process', true],
  ['/usr/bin/node /opt/poolkey/bin/poolkey.cjs credential-process', true],
  ['/usr/local/bin/poolkey serve', false],
  ['/usr/local/bin/poolkeyx credential-process', false],
  ['/bin/other --run poolkey credential-process', false],
  ['aws-vault exec dev', false],
  ['', false],
])('that %j is poolkey’s line is %s', (line, isOwn) => {
  expect(isPoolkeyCommand(line)).toBe(isOwn)
})
