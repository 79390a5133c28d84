import fc from 'fast-check'
import { expect, test } from 'vitest'
import { wordsInConfig } from '../../src/insight/public-config.ts'
import { publicPath } from '../../src/insight/public-path.ts'
import { publicText, publicValue } from '../../src/insight/public-text.ts'

const markOf = (text: string) => text.length.toString(16).padStart(6, '0')
const show = publicText([], markOf)

test.each([
  ['alice@example.com is signed in', '<email-000011> is signed in'],
  ['zoë.müller@bücher.example is signed in', '<email-000019> is signed in'],
  ['user pool eu-west-1_AbCdEf123', 'user pool <user-pool-000013>'],
  ['eu-west-1:11111111-2222-3333-4444-555555555555', '<identity-00002e>'],
  ['the sub 11111111-2222-3333-4444-555555555555', 'the sub <uuid-000024>'],
  ['account 111122223333_x', 'account <account-00000c>_x'],
  [
    'arn:aws:sts::111122223333:assumed-role/Admin/alice',
    'arn:aws:sts::<account-00000c>:assumed-role/<role-00000b>',
  ],
  ['runs /usr/bin/node /usr/local/lib/node_modules/poolkey/bin/poolkey.cjs', undefined],
  ['runs /srv/acme/bin/poolkey', 'runs /<path-00000e>/poolkey'],
  ['/srv/acme/secret.pem is there', '/<path-000014> is there'],
  ['C:\\Users\\alice\\tools\\poolkey.exe', '<path-000015>\\poolkey.exe'],
  ['http://localhost:8400/callback and/or /oauth2', 'http://localhost:8400/callback and/or /<path-000007>'],
  ['file://trust.json', undefined],
])('%s: %s', (text, shown) => {
  expect(show(text)).toBe(shown ?? text)
})

test('a word is marked within quotes of a command, and nowhere in other words or marks', () => {
  const words = [
    { kind: 'profile', word: "it's" },
    { kind: 'user', word: 'mark' },
    { kind: 'home', word: '/home/mark' },
    { kind: 'user', word: 'user' },
    { kind: 'group', word: 'x' },
  ]
  const text = publicText(words, markOf)
  expect(text(String.raw`poolkey login --profile 'it'\''s'`)).toBe(
    "poolkey login --profile '<profile-000004>'",
  )
  expect(text('mark-up of mark, remark: a user pool')).toBe('mark-up of <user-000004>, remark: a user pool')
  expect(text('/home/mark/acme/poolkey and /home/mark/.aws/config')).toBe(
    '<home-00000a>/<path-000006>/poolkey and <home-00000a>/.aws/config',
  )
})

test.each(['app', 'role', 'client', 'Test'])(
  'a profile that is called %s is hidden by its name alone',
  (name) => {
    const text = publicText([{ kind: 'profile', word: name }], markOf)
    const mark = `<profile-${markOf(name)}>`
    for (const own of [`takes ${name} client`, `the ${name}, which is asked`, `a ${name}: of AWS`])
      expect(text(own)).toBe(own)
    for (const [before, after] of [
      ['poolkey login --profile ', ' --store file'],
      ['nobody is signed in for profile ', ''],
      ['Profile ', ''],
      ['[profile ', ']'],
      ['config:12 [', ']'],
      ['config:12 [dev, inherited by ', ']'],
      ["poolkey login --profile '", "'"],
      ['source_profile = ', ''],
      ['AWS_PROFILE=', ''],
      ['known: dev, prod, ', ', other'],
      ['did you mean ', '? name one'],
    ])
      expect(text(`${before}${name}${after}`)).toBe(`${before}${mark}${after}`)
  },
)

test('in a list of known profiles a name of a common word is hidden behind a mark, too', () => {
  const words = ['acme-production', 'app', 'work'].map((word) => ({ kind: 'profile', word }))
  const shown = publicText(words, markOf)('known: acme-production, work, app, ...')
  expect(shown).toBe(
    `known: ${['acme-production', 'work', 'app'].map((word) => `<profile-${markOf(word)}>`).join(', ')}, ...`,
  )
})

test('what programs read of JSON stays', () => {
  const words = ['session', 'failed', 'network'].map((word) => ({ kind: 'profile', word }))
  const hop = {
    id: 'session',
    state: 'failed',
    code: 'network',
    cause: 'profile session failed',
    steps: ['--profile network'],
  }
  expect(publicValue({ hops: [hop] }, publicText(words, markOf))).toMatchObject({
    hops: [
      {
        id: 'session',
        state: 'failed',
        code: 'network',
        cause: expect.not.stringMatching('profile session ') as string,
        steps: ['--profile <profile-000007>'],
      },
    ],
  })
})

// Of letters, so that it is no part of what is said anyway.
const secret = fc.stringMatching(/^[QZX][qzxjkv]{3,9}$/)
const around = fc.constantFrom(
  'profile @ asks',
  '"@"',
  "'@'",
  '(@)',
  '@:12',
  'https://@/x',
  '[@]',
  '--profile @',
  '/@',
  '@, @',
  '@.',
  'arn:aws:iam::111122223333:role/@',
)

test('no private word is left, whatever stands around it', () => {
  fc.assert(
    fc.property(
      fc.array(secret, { minLength: 1, maxLength: 5 }),
      fc.array(around, { maxLength: 5 }),
      (words, parts) => {
        const known = words.map((word) => ({ kind: 'value', word }))
        const text = words.flatMap((word) => parts.map((part) => part.replaceAll('@', word))).join(' ')
        const shown = publicText(known, markOf)(text)
        for (const word of words) expect(shown).not.toContain(word)
        expect(publicText(known, markOf)(shown)).toBe(shown)
      },
    ),
  )
})

test('every value that a person chose is known, whatever else is wrong with the file', () => {
  fc.assert(
    fc.property(secret, secret, (one, other) => {
      const text = [
        '\uFEFF[profile ' + one + ']',
        'nonsense',
        `cognito_client_id = ${other} # why`,
        `COGNITO_DOMAIN=https://${one}.example`,
        `role_arn = arn:aws:iam::111122223333:role/${other}/${one}`,
        `credential_process = '/opt/${other} tools/poolkey' credential-process`,
        'region = eu-west-1',
        'cognito_exchange = enhanced',
      ].join('\r\n')
      const found = wordsInConfig(text.slice(1)).map(({ word }) => word)
      expect(found).toEqual(expect.arrayContaining([one, other, `/opt/${other} tools`]))
      expect(found.filter((word) => ['eu-west-1', 'enhanced', 'nonsense'].includes(word))).toEqual([])
    }),
  )
})

test.each([
  '/usr/local/bin/poolkey',
  '~/.aws/config',
  '/opt/homebrew/bin/node',
  '/usr/local/node/v24.1.0/bin/node',
])('%s is as everybody has it', (path) => {
  expect(publicPath(path, () => '?')).toBe(path)
})
