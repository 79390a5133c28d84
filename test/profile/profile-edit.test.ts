import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  profilesLeaningOn,
  removeProfile,
  shadowingKey,
  writeProfile,
} from '../../src/profile/profile-edit.ts'
import type { ProfileWish } from '../../src/profile/profile-edit.ts'
import { failureOf } from './failure.ts'

const LINE = '/usr/local/bin/poolkey credential-process --profile dev'
const KEYS = { cognito_user_pool_id: 'eu-west-1_AbCdEf123', cognito_client_id: '1example23456789' }

const files = (configText: string, credentialsText = '') => ({
  ...{ configText, configFile: '/home/x/.aws/config' },
  ...{ credentialsText, credentialsFile: '/home/x/.aws/credentials' },
})
const wish = (change: Partial<ProfileWish> = {}): ProfileWish => ({
  ...{ name: 'dev', keys: KEYS, processLine: LINE, isCurrentLine: (line) => line === LINE, force: false },
  ...change,
})

describe('writing a profile', () => {
  test("a new one has a region, which is its pool's, and the command before its settings", () => {
    expect(writeProfile(files('[default]\nregion = us-east-1\n'), wish())).toBe(
      [
        ...['[default]', 'region = us-east-1', '', '[profile dev]', 'region = eu-west-1'],
        ...[`credential_process = ${LINE}`, 'cognito_user_pool_id = eu-west-1_AbCdEf123'],
        ...['cognito_client_id = 1example23456789', ''],
      ].join('\n'),
    )
  })

  test('one that is there is changed in place: its other keys, comments and spaces stay', () => {
    const before = `# mine\n[profile dev]   ; odd\nregion=us-west-2\ncredential_process = ${LINE}\n  ; why\noutput =  json\ncognito_client_id = old # once\n\n[profile z]\nregion = a\n`
    const after = writeProfile(files(before), wish({ keys: { cognito_client_id: 'new1' } }))
    expect(after).toBe(before.replace('= old #', '= new1 #'))
  })

  test('a line that runs another poolkey, or is for another profile, is replaced', () => {
    const old = '/old/poolkey credential-process --profile dev'
    const before = `[profile dev]\nregion = eu-west-1\ncredential_process = ${old}\n`
    expect(writeProfile(files(before), wish({ keys: {} }))).toBe(before.replace(old, LINE))
  })

  test("another user pool takes out what was the old one's, unless it is named anew", () => {
    const before = `[profile dev]\nregion = eu-west-1\ncredential_process = ${LINE}\ncognito_user_pool_id = eu-west-1_Old000001\ncognito_client_id = old1\ncognito_domain = old.example.com\ncognito_issuer = https://old.example.com\ncognito_lang = de\n`
    const after = (keys: ProfileWish['keys']) => writeProfile(files(before), wish({ keys }))
    expect(after({ ...KEYS, cognito_domain: 'new.example.com' })).toBe(
      before
        .replace('Old000001', 'AbCdEf123')
        .replace('old1', '1example23456789')
        .replace('= old.example.com', '= new.example.com')
        .replace('cognito_issuer = https://old.example.com\n', ''),
    )
    expect(after({ cognito_user_pool_id: 'eu-west-1_Old000001' })).toBe(before)
  })

  test('an empty value takes its key out', () => {
    const before = `[profile dev]\nregion = eu-west-1\ncredential_process = ${LINE}\ncognito_lang = de\n`
    expect(writeProfile(files(before), wish({ keys: { cognito_lang: '' } }))).toBe(
      before.replace('cognito_lang = de\n', ''),
    )
  })

  test.each([
    ['aws_access_key_id = AKIAEXAMPLE'],
    ['aws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = canary\naws_session_token = canary'],
    ['role_arn = arn:aws:iam::111122223333:role/X\nsource_profile = base'],
    ['source_profile = base'],
    ['credential_source = Ec2InstanceMetadata'],
    ['web_identity_token_file = /token'],
    ['sso_session = corp'],
    ['sso_start_url = https://x.awsapps.com/start'],
    ['login_session = x'],
    ['credential_process = /usr/bin/other --json'],
  ])('F93: a profile with %s is left alone, and with force that goes', (lines) => {
    const before = `[profile base]\nregion = eu-west-1\n\n[profile dev]\nregion = eu-west-1\n${lines}\noutput = json\n`
    const failure = failureOf(() => writeProfile(files(before), wish()))
    expect(failure).toMatchObject({
      code: 'configure-refused',
      facts: { profile: 'dev', line: 6, key: lines.split(' ')[0] },
    })
    const forced = writeProfile(files(before), wish({ force: true }))
    expect(forced).toContain(`credential_process = ${LINE}\n`)
    for (const line of lines.split('\n')) expect(forced).not.toContain(line)
    expect(forced).toContain('[profile base]\nregion = eu-west-1\n\n[profile dev]\nregion = eu-west-1\n')
    expect(forced).toContain('output = json\n')
  })

  test.each([
    ['aws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = canary'],
    ['role_arn = arn:aws:iam::111122223333:role/X\nsource_profile = base'],
  ])("F93: beside poolkey's own command, %s is not taken out without force", (lines) => {
    const before = `[profile base]\nregion = eu-west-1\n\n[profile dev]\ncredential_process = ${LINE}\n${lines}\n`
    expect(failureOf(() => writeProfile(files(before), wish()))).toMatchObject({
      code: 'configure-refused',
      facts: { profile: 'dev', line: 6, key: lines.split(' ')[0] },
    })
    const forced = writeProfile(files(before), wish({ force: true }))
    for (const line of lines.split('\n')) expect(forced).not.toContain(line)
  })

  test("keys of the credentials file make it somebody else's, too", () => {
    const failure = failureOf(() =>
      writeProfile(files('', '[dev]\naws_access_key_id = AKIAEXAMPLE\n'), wish()),
    )
    expect(failure).toMatchObject({
      code: 'configure-refused',
      facts: { file: '/home/x/.aws/credentials', line: 2, key: 'aws_access_key_id' },
    })
  })

  test('what the credentials file would outrank is not written', () => {
    const failure = failureOf(() => writeProfile(files('', '[dev]\ncognito_client_id = other\n'), wish()))
    expect(failure).toMatchObject({
      code: 'setting-conflict',
      facts: { key: 'cognito_client_id', place: { file: '/home/x/.aws/credentials', line: 2 } },
    })
  })

  test('one file may be both', () => {
    const both = '[other]\naws_access_key_id = AKIAEXAMPLE\n'
    const one = { ...files(both, both), credentialsFile: '/home/x/.aws/config' }
    expect(writeProfile(one, wish())).toContain(`${both}\n[profile dev]\n`)
  })

  test.each(['x]\n[default]\ncredential_process=evil', 'a#b', 'a;b', 'a"b', '', 'a\u0000b', 'x'.repeat(129)])(
    'F91: a profile cannot be called %j',
    (name) => {
      expect(failureOf(() => writeProfile(files('[default]\n'), wish({ name }))).code).toBe('usage')
    },
  )
})

describe('removing a profile', () => {
  const OURS = `credential_process = ${LINE}\ncognito_user_pool_id = eu-west-1_AbCdEf123\n`

  test('its section goes where only a region is left in it', () => {
    const before = `[default]\nregion = a\n\n[profile dev]\nregion = eu-west-1\n${OURS}\n[profile z]\noutput = json\n`
    expect(removeProfile(files(before), 'dev')).toBe('[default]\nregion = a\n\n[profile z]\noutput = json\n')
  })

  test("comments stay, and so do keys that are not poolkey's, with their section", () => {
    const before = `[profile dev]\n# mine\nregion = eu-west-1\n${OURS}s3 =\n  max_queue_size = 10\n`
    expect(removeProfile(files(before), 'dev')).toBe(
      '[profile dev]\n# mine\nregion = eu-west-1\ns3 =\n  max_queue_size = 10\n',
    )
    expect(removeProfile(files(`[profile dev]\n# mine\n${OURS}`), 'dev')).toBe('# mine\n')
  })

  test('a key of any name goes', () => {
    expect(removeProfile(files('[profile dev]\ncognito_über.x = 1\noutput = json\n'), 'dev')).toBe(
      '[profile dev]\noutput = json\n',
    )
  })

  test('a credential_process of others stays', () => {
    const before = '[profile dev]\ncredential_process = /usr/bin/other\ncognito_client_id = 1abc\n'
    expect(removeProfile(files(before), 'dev')).toBe('[profile dev]\ncredential_process = /usr/bin/other\n')
  })

  test.each([
    { what: 'unknown', text: '[profile z]\ncognito_client_id = a\n', code: 'profile-unknown' },
    { what: "none of poolkey's", text: '[profile dev]\nregion = a\n', code: 'profile-foreign' },
    {
      what: "one that leans on poolkey's",
      text: '[profile dev]\nrole_arn = arn:aws:iam::111122223333:role/X\nsource_profile = z\n',
      code: 'profile-foreign',
    },
  ])('a profile that is $what is refused', ({ text, code }) => {
    expect(failureOf(() => removeProfile(files(text), 'dev')).code).toBe(code)
  })

  test('those that lean on it are known', () => {
    const text = `[profile dev]\n${OURS}[profile a]\ncognito_source_profile = dev\n[profile b]\nrole_arn = x\nsource_profile = dev\n[profile c]\ncognito_source_profile = z\n`
    expect(profilesLeaningOn(files(text), 'dev')).toEqual(['a', 'b'])
  })
})

test('keys that outrank the command are found in the credentials file', () => {
  const [config, line] = [`[profile dev]\ncredential_process = ${LINE}\naws_access_key_id = A\n`, '[dev]\n']
  expect(shadowingKey(files(config, `${line}aws_access_key_id = A\n`), 'dev')).toMatchObject({ line: 2 })
  expect(shadowingKey(files(config, line), 'dev')).toBeUndefined()
})

test('F91: writing a profile and removing it again gives back every byte, whatever else the file holds', () => {
  const key = fc.constantFrom(
    'region = a',
    'output=json',
    '  indented = 1',
    '# note',
    '; note',
    '',
    's3 =\n  a = b',
    'x = y # z',
  )
  const section = fc
    .tuple(
      fc.constantFrom('[default]', '[profile other]', '[services s]', '[profile "a b"]', '[odd]'),
      fc.array(key, { maxLength: 5 }),
    )
    .map(([header, keys]) => [header, 'first = 1', ...keys].join('\n'))
  fc.assert(
    fc.property(
      fc.uniqueArray(section, { maxLength: 4, selector: (text) => text.split('\n')[0] }),
      fc.constantFrom('\n', '\r\n'),
      fc.constantFrom('', '\uFEFF'),
      (sections, end, mark) => {
        const before =
          mark +
          sections
            .map((text) => `${text}\n`)
            .join('')
            .replaceAll('\n', end)
        const written = writeProfile(files(before), wish())
        expect(written.startsWith(before)).toBe(true)
        expect(removeProfile(files(written), 'dev')).toBe(before)
      },
    ),
    { numRuns: 500 },
  )
})
