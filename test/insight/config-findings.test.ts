import { expect, test } from 'vitest'
import { configFindings } from '../../src/insight/config-findings.ts'

const find = (configText: string, credentialsText = '', configFile = '/home/me/.aws/config') =>
  configFindings({ configText, configFile, credentialsText, credentialsFile: '/home/me/.aws/credentials' }, [
    'dev',
  ])

test.each([
  ['nothing at all', ''],
  ['the same key in two sections', '[profile a]\nregion = x\n[profile b]\nregion = y\n'],
  ['a default of each form', '[default]\nregion = x\n[profile default]\nregion = y\n'],
  ['a profile and a session of one name', '[profile dev]\nregion = x\n[sso-session dev]\nsso_region = y\n'],
  ['a comment behind a value of another profile', '[profile other]\nregion = x # y\n'],
  ['a comment behind a value of poolkey', '[profile dev]\ncognito_client_id = x # y\n'],
  ['a hash within a value', '[profile dev]\nregion = x#y\n'],
  [
    'settings below a key',
    '[services s]\nsts =\n  endpoint_url = http://localhost\ncognito_identity =\n  endpoint_url = http://localhost\n',
  ],
])('%s is read alike by all', (_, text) => {
  expect(find(text)).toMatchObject([{ state: 'ok' }])
})

test.each([
  ['[profile a]\nregion = x\n\n[profile a]\n', 'config:4: section [a] stands in line 1 already'],
  ['[profile a]\nregion = x\nREGION = y\n', 'config:3: key region stands in line 2 already'],
  ['[profile dev]\nregion = x ; y\n', 'config:2: the AWS CLI and boto3 take the comment behind region'],
])('%j: %s', (text, cause) => {
  expect(find(text)).toMatchObject([
    { state: 'failed', exitCode: 3, cause: expect.stringContaining(cause) as string },
  ])
})

test('the credentials file counts as much', () => {
  const text = '[a]\naws_access_key_id = x\n[a]\naws_access_key_id = x\n'
  expect(find('', text)).toMatchObject([
    { cause: expect.stringContaining('credentials:3: section [a] stands in line 1') as string },
  ])
})

test('a byte order mark goes by a command that takes any path', () => {
  expect(find('\uFEFF[profile dev]\n', '', "/home/me and you/it's")).toMatchObject([
    { steps: [String.raw`sed -i '1s/^\xEF\xBB\xBF//' '/home/me and you/it'\''s'`] },
  ])
})
