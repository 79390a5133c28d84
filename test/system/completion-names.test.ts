/** The names that completions offer, by awk and without Node, beside those that poolkey itself finds. */
import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { PROFILE_NAMES_AWK } from '../../src/cli/completion/profile-names-awk.ts'
import { isProfileName } from '../../src/profile/profile-name.ts'
import { listProfiles } from '../../src/profile/profile-list.ts'

function offered(text: string | Buffer): string[] {
  const env = { PATH: '/usr/bin:/bin', LC_ALL: 'C' }
  const { stdout, stderr } = spawnSync('awk', [PROFILE_NAMES_AWK], { input: text, env, encoding: 'utf8' })
  expect(stderr).toBe('')
  return stdout.split('\n').slice(0, -1)
}

function known(configText: string): string[] {
  return listProfiles({ configText, configFile: 'config' })
    .filter(({ kind, name }) => kind !== 'foreign' && isProfileName(name))
    .map(({ name }) => name)
}

const FILES = {
  'sections of one name merge': '[profile a]\nregion = x\n[profile b]\n[profile a]\ncognito_client_id = 1\n',
  'the explicit default counts': '[default]\ncognito_client_id = 1\n[profile default]\nregion = x\n',
  'a plain default counts': '[ default]\ncognito_client_id = 1\n',
  'a default with a blank behind it is none': '[default ]\ncognito_client_id = 1\n',
  'what is indented continues a key':
    '[profile a]\ns3 =\n  cognito_client_id = 1\n[profile b]\n  cognito_x = 1\n',
  'a chained role has a source of ours':
    '[profile a]\ncognito_x = 1\n[profile b]\nrole_arn = r\nsource_profile = a # it\n[profile c]\nrole_arn = r\nsource_profile = d\n[profile d]\n[profile e]\nsource_profile = a\n',
  'a source may come later, and may be the default':
    '[profile b]\nROLE_ARN=r\nSource_Profile=default\n[default]\ncognito_x = 1\n',
  'quotes and blanks in titles':
    '[profile "a b"]\ncognito_x=1\n[profile \'c d\'] ; x\ncognito_x=1\n[\tprofile\t e ]\ncognito_x=1\n[profile f g]\ncognito_x=1\n[profile "h]\ncognito_x=1\n',
  'line ends of Windows, a byte order mark, comments':
    '\uFEFF[profile a]\r\ncognito_x = 1\r\n# [profile b]\r\n; cognito_x = 1\r\n[profile c] # d\r\nCOGNITO_X=1',
  'sections that are no profiles':
    '[sso-session a]\ncognito_x = 1\n[services b]\ncognito_x = 1\n[plugins]\ncognito_x=1\n',
  nothing: '',
}

test.each(Object.entries(FILES))('%s', (_name, text) => {
  expect(offered(text)).toEqual(known(text))
})

test('offers no name that could act on a terminal or a command line', () => {
  const names = [
    'a\u001b[2Jb',
    'a\u0007',
    'a\u0085b',
    'a\u202eb',
    'a\u200bb',
    'a\u2066b',
    'a`id`',
    'a\\b',
    'a;b',
    'a#b',
  ]
  const text = names.map((name) => `[profile "${name}"]\ncognito_x = 1\n`).join('')
  expect(offered(`${text}[profile fine]\ncognito_x = 1\n`)).toEqual(['fine'])
  expect(offered('[profile grün€😀]\ncognito_x = 1\n')).toEqual(['grün€😀'])
})

// Theirs ends at a bare comparison behind "print" with a syntax error, which nobody would see.
test('is a program for the awk of macOS and the BSDs, too', () => {
  expect(PROFILE_NAMES_AWK.match(/\bprint [^(\n][^\n]*(?:[=!<>]=|[<>~])/g)).toBe(null)
})

test('a file that is no text is no reason for an error', () => {
  expect(offered(Buffer.from([0, 255, 91, 10, 93, 61, 0x80]))).toEqual([])
})

const title = fc.constantFrom(
  'default',
  'profile default',
  'profile a',
  'profile "a"',
  'profile "a b"',
  'profile b',
  'services s',
  'profile  b',
  "profile 'c'",
)
const key = fc.constantFrom(
  'cognito_x = 1',
  'Cognito_X=2',
  'region = r',
  'role_arn = r',
  'source_profile = a',
  'source_profile = default',
  'source_profile=b ; c',
  '  cognito_y = 1',
  's3 =',
  '  deeper = 1',
  '# cognito_z = 1',
  '',
)

test('offers what poolkey lists, in its order, whatever is in the file', () => {
  const section = fc
    .tuple(title, fc.array(key, { maxLength: 5 }))
    .map(([name, keys]) => [`[${name}]`, ...keys].join('\n'))
  fc.assert(
    fc.property(fc.array(section, { maxLength: 6 }), (sections) => {
      const text = sections.join('\n')
      let expected: string[]
      try {
        expected = known(text)
      } catch {
        // A file that poolkey refuses has no names to compare.
        return
      }
      expect(offered(text).toSorted(), text).toEqual(expected.toSorted())
    }),
    { numRuns: 300 },
  )
})
