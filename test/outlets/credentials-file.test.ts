import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PoolkeyError } from '../../src/errors/poolkey-error.ts'
import { checkSectionName, removeWritten, writeSection } from '../../src/outlets/credentials-file.ts'
import { parseConfigText } from '../../src/profile/config-text.ts'
import { Secret } from '../../src/secret.ts'
import { failureOf } from '../profile/failure.ts'

const CREDENTIALS = {
  accessKeyId: 'ASIAEXAMPLE',
  secretAccessKey: new Secret('sec/ret+key='),
  sessionToken: new Secret('session/token+='),
  expiration: new Date('2026-11-21T10:00:00Z'),
  accountId: undefined,
  roleArn: undefined,
}
const TO = { name: 'keys', profile: 'dev', holder: 'holder-1', region: '', credentials: CREDENTIALS }
const WRITTEN = `[keys]
aws_access_key_id = ASIAEXAMPLE
aws_secret_access_key = sec/ret+key=
aws_session_token = session/token+=
expiration = 2026-11-21T10:00:00Z
poolkey_profile = dev
poolkey_session = holder-1
poolkey_key = ASIAEXAMPLE
`

function write(
  credentialsText: string,
  changes: { configText?: string; to?: Partial<typeof TO> } = {},
): string {
  const { configText = '', to = {} } = changes
  const files = { configText, configFile: '/c/config', credentialsText, credentialsFile: '/c/credentials' }
  return writeSection(files, { ...TO, ...to })
}

test('writes a section with what SDKs and prompts read, and the mark by which logout finds it', () => {
  expect(write('')).toBe(WRITTEN)
})

test('writes anew into the section it wrote, and touches nothing else in it', () => {
  const text = `# mine\n${WRITTEN}region = eu-west-1\n\n[other]\na = 1\n`
  const next = { ...CREDENTIALS, accessKeyId: 'ASIANEXT', expiration: new Date('2026-11-21T11:00:00Z') }
  expect(write(text, { to: { credentials: next, holder: 'holder-2' } })).toBe(
    text.replaceAll('ASIAEXAMPLE', 'ASIANEXT').replace('T10:', 'T11:').replace('holder-1', 'holder-2'),
  )
})

test('the profile’s region goes with it, unless the section has one', () => {
  const to = { region: 'eu-west-1' }
  const withRegion = WRITTEN.replace(
    'expiration',
    'region = eu-west-1\npoolkey_region = eu-west-1\nexpiration',
  )
  expect(write('', { to })).toBe(withRegion)
  expect(write('', { to, configText: '[profile keys]\nregion = a\n' })).toBe(WRITTEN)
  const theirs = withRegion.replace('region = eu-west-1', 'region = us-east-1')
  expect(write(theirs, { to })).toBe(theirs)
  expect(write(withRegion, { to: { region: 'eu-north-1' } })).toBe(
    withRegion.replaceAll('eu-west-1', 'eu-north-1'),
  )
})

describe('F93: refuses', () => {
  test.each([
    ['the profile itself', { to: { name: 'dev' } }, 'itself'],
    [
      'a profile with a credential process',
      { configText: '[profile keys]\ncredential_process = /x\n' },
      'configured',
    ],
    ['a profile with a role', { configText: '[profile keys]\nregion = a\nrole_arn = arn:x\n' }, 'configured'],
    ['a profile with a source', { configText: '[profile keys]\nsource_profile = dev\n' }, 'configured'],
    ['a profile of IAM Identity Center', { configText: '[profile keys]\nsso_session = x\n' }, 'configured'],
    ['a profile of aws login', { configText: '[profile keys]\nlogin_session = arn:x\n' }, 'configured'],
    [
      'a profile with a token file',
      { configText: '[profile keys]\nweb_identity_token_file = x\n' },
      'configured',
    ],
    [
      'static keys in the configuration file',
      { configText: '[profile keys]\naws_access_key_id = x\n' },
      'configured',
    ],
    ['another profile of poolkey', { configText: '[profile keys]\ncognito_guest = true\n' }, 'configured'],
    [
      '[default] with a credential process',
      { configText: '[default]\ncredential_process = /x\n', to: { name: 'default' } },
      'configured',
    ],
  ])('%s', (_name, changes, reason) => {
    expect(failureOf(() => write('', changes))).toMatchObject({ code: 'write-refused', facts: { reason } })
  })

  test.each([
    ['keys of others', '[keys]\naws_access_key_id = AKIA\naws_secret_access_key = x\n', 'foreign'],
    ['a section without keys', '[keys]\nregion = eu-west-1\n', 'foreign'],
    ['an empty section', '[other]\n[keys]\n', 'foreign'],
    ['a section of another tool', '[keys]\ncredential_process = /x\n', 'foreign'],
    ['keys put into a section it wrote', WRITTEN.replace('= ASIA', '= AKIA'), 'changed'],
    ['a mark alone', '[keys]\npoolkey_session = holder-1\n', 'changed'],
  ])('%s', (_name, text, reason) => {
    expect(failureOf(() => write(text))).toMatchObject({
      code: 'write-refused',
      facts: { reason, file: '/c/credentials' },
    })
  })

  test('but takes a name whose profile has only a region', () => {
    const changes = { configText: '[profile keys]\nregion = eu-west-1\noutput = json\n' }
    expect(write('', changes)).toBe(WRITTEN)
  })
})

test.each([
  'x]\n[default]\ncredential_process=evil',
  'a\rb',
  'a\u0000b',
  'a b',
  'profile x',
  'a#b',
  'a;b',
  '[a',
  'a]',
  '"a"',
  "a'b",
  'a\\b',
  'é',
  'a\u202eb',
  '',
  ' a',
  'a'.repeat(129),
  // Every section's for botocore; a global object, or an error, for the JavaScript SDK.
  'DEFAULT',
  '__proto__',
  'constructor',
])('F91: refuses the name %j, which not every AWS tool reads as one', (name) => {
  expect(failureOf(() => checkSectionName(name))).toMatchObject({ code: 'usage' })
  expect(failureOf(() => write('', { to: { name } }))).toMatchObject({ code: 'usage' })
})

test.each(['/tmp/creds', '~/creds', '~'])('says of %s that it is a path, and no section', (name) => {
  expect(failureOf(() => checkSectionName(name))).toMatchObject({
    code: 'usage',
    facts: { fix: expect.stringContaining('AWS_SHARED_CREDENTIALS_FILE') as string },
  })
})

test.each(['default', 'dev-keys', 'a/b.c@d', 'x:y+z%1', 'a_b'])('takes the name %s', (name) => {
  expect(checkSectionName(name)).toBe(name)
})

const lines = fc.constantFrom(
  '[default]',
  '[other]',
  '[keys-2]',
  '[profile stray]',
  'aws_access_key_id = AKIAOTHER',
  'aws_secret_access_key=abc#def;ghi',
  'key =\n  nested = 1',
  'poolkey_profile = x',
  '# comment',
  '; another  ',
  '',
  '   ',
  '\ttabbed\t=\tvalue\t',
)
const texts = fc
  .tuple(fc.constantFrom('', '\uFEFF'), fc.array(lines), fc.constantFrom('\n', '\r\n', '\r'), fc.boolean())
  .map(
    ([mark, all, end, isClosed]) =>
      mark + ['[first]', ...all].join('\n').replaceAll('\n', end) + (isClosed ? end : ''),
  )

test('F91: every byte of the others stays when a section is written, written again and removed', () => {
  fc.assert(
    fc.property(texts, (text) => {
      let written: string
      try {
        written = write(text)
      } catch (error) {
        // A text that no tool reads is left as it is.
        expect(error).toBeInstanceOf(PoolkeyError)
        return
      }
      expect(written.startsWith(text)).toBe(true)
      expect(write(written)).toBe(written)
      const end = /\r\n|\n|\r/.exec(text)?.[0] ?? '\n'
      const closed = /[\r\n]$/.test(text) ? text : text + end
      const removed = removeWritten(written, { file: 'f', holder: 'holder-1' })
      expect(removed.names).toEqual(['keys'])
      expect([text, closed, closed + end]).toContain(removed.text)
      const read = (one: string) => parseConfigText(one, { file: 'f', kind: 'credentials' })
      expect(read(written).filter(({ name }) => name !== 'keys')).toEqual(read(text))
    }),
    { numRuns: 500 },
  )
})

describe('what was written is removed', () => {
  const two = `[a]\nx = 1\n\n${WRITTEN}\n# of b\n[b]\ny = 1\n\n${WRITTEN.replace('[keys]', '[more]').replace('holder-1', 'holder-2')}`

  test('for one holder, whole, with every other byte kept', () => {
    expect(removeWritten(two, { file: 'f', holder: 'holder-1' })).toEqual({
      text: two.replace(`\n${WRITTEN}`, ''),
      names: ['keys'],
    })
  })

  test('for everybody', () => {
    expect(removeWritten(two, { file: 'f', holder: undefined })).toEqual({
      text: '[a]\nx = 1\n\n# of b\n[b]\ny = 1\n',
      names: ['keys', 'more'],
    })
  })

  test('but not keys that somebody put in their place, nor sections of others', () => {
    const text = `${WRITTEN.replace('= ASIA', '= AKIA')}[c]\naws_access_key_id = AKIA\n`
    expect(removeWritten(text, { file: 'f', holder: undefined })).toEqual({ text, names: [] })
  })

  test('and a file that is broken concerns nobody unless there is something to remove', () => {
    const broken = 'no section\n'
    expect(removeWritten(broken, { file: 'f', holder: undefined })).toEqual({ text: broken, names: [] })
    expect(failureOf(() => removeWritten(broken + WRITTEN, { file: 'f', holder: undefined }))).toMatchObject({
      code: 'config-syntax',
    })
  })
})
