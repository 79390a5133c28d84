import { spawnSync } from 'node:child_process'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Credentials } from '../../src/exchange/credentials.ts'
import {
  credentialsEnvironment,
  exportStatements,
  quotePosix,
  SET_VARIABLES,
  unsetStatements,
} from '../../src/outlets/shell.ts'
import { Secret } from '../../src/secret.ts'
import { temporaryFolder } from '../vault/temporary-folder.ts'

interface Values {
  accessKeyId: string
  secretAccessKey: string
  sessionToken: string
  region: string
}

const EXPIRATION = '2026-11-21T10:00:00Z'
const PLAIN: Values = {
  accessKeyId: 'ASIAEXAMPLE',
  secretAccessKey: 'wJalr/K7+bPxR=',
  sessionToken: 'IQoJb3==',
  region: 'eu-west-1',
}

function environmentOf({ accessKeyId, secretAccessKey, sessionToken, region }: Values) {
  const credentials: Credentials = {
    accessKeyId,
    secretAccessKey: new Secret(secretAccessKey),
    sessionToken: new Secret(sessionToken),
    expiration: new Date(EXPIRATION),
    accountId: undefined,
    roleArn: undefined,
  }
  return credentialsEnvironment(credentials, region)
}

function expected({ accessKeyId, secretAccessKey, sessionToken, region }: Values): Record<string, string> {
  return {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
    AWS_CREDENTIAL_EXPIRATION: EXPIRATION,
    AWS_SESSION_EXPIRATION: EXPIRATION,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
  }
}

// Every value becomes a command of its own if it ever leaves its quotes: then a file appears in the folder.
const ATTACKS = [
  "'; touch pwned; '",
  "'\\''; touch pwned; '\\''",
  '$(touch pwned)',
  '`touch pwned`',
  '"; touch pwned; "',
  '\n touch pwned\n',
  '\rtouch pwned\r',
  "\\'; touch pwned #",
  "\\\\'; touch pwned #",
  '!!; touch pwned',
  '; touch pwned',
  '& touch pwned &',
  '| touch pwned',
  '> pwned',
  "$'\\x27; touch pwned; \\x27'",
  '\u2018; touch pwned; \u2019',
  '\uff07; touch pwned; \uff07',
  '${IFS}touch${IFS}pwned',
  '#',
  '\\',
  "'",
  "''",
  "'''",
  '-n',
  '*',
  '~',
  '\u001b[2J',
  '\n',
  '\n\n',
  ' ',
  '',
]

/**
 * Evaluates statements in a real shell as people do, `eval "$(command)"`, and reads the environment that a program
 * started after that would get. Fails when anything else happened.
 */
function evaluate(shell: string, statements: string, before: Record<string, string> = {}) {
  const folder = temporaryFolder()
  const file = join(folder, 'statements')
  writeFileSync(file, statements)
  const script = 'eval "$(cat "$1")"; exec env -0'
  const { status, stdout, stderr } = spawnSync(shell, ['-c', script, shell, file], {
    cwd: folder,
    env: { PATH: '/usr/bin:/bin', ...before },
    encoding: 'utf8',
    // With a socket for stdin bash takes itself for a remote shell and reads the person's own start files.
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  expect(readdirSync(folder)).toEqual(['statements'])
  const pairs = stdout.split('\0').filter((line) => line.startsWith('AWS_'))
  return Object.fromEntries(
    pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  )
}

const isThere = (shell: string) => spawnSync(shell, ['-c', ':']).status === 0

describe('statements for a shell', () => {
  test('export what an AWS tool reads and take away what would outrank it', () => {
    expect(exportStatements(environmentOf(PLAIN))).toBe(
      [
        "export AWS_ACCESS_KEY_ID='ASIAEXAMPLE'",
        "export AWS_SECRET_ACCESS_KEY='wJalr/K7+bPxR='",
        "export AWS_SESSION_TOKEN='IQoJb3=='",
        "export AWS_CREDENTIAL_EXPIRATION='2026-11-21T10:00:00Z'",
        "export AWS_SESSION_EXPIRATION='2026-11-21T10:00:00Z'",
        "export AWS_REGION='eu-west-1'",
        "export AWS_DEFAULT_REGION='eu-west-1'",
        'unset AWS_PROFILE AWS_DEFAULT_PROFILE AWS_SECURITY_TOKEN',
        '',
      ].join('\n'),
    )
  })

  test('take back all that is set, and no more', () => {
    expect(unsetStatements(SET_VARIABLES)).toBe(`unset ${Object.keys(expected(PLAIN)).join(' ')}\n`)
  })

  test.each([
    ['', "''"],
    ['plain', "'plain'"],
    ["it's", "'it'\\''s'"],
    ["'", "''\\'''"],
    ['$HOME `x` "y" \\', '\'$HOME `x` "y" \\\''],
  ])('%s is quoted as %s', (value, quoted) => {
    expect(quotePosix(value)).toBe(quoted)
  })
})

// `sh` is everywhere and dash on Debian; the others are tried where they are installed.
describe.each(['sh', 'bash', 'dash', 'zsh'].filter((shell) => shell === 'sh' || isThere(shell)))(
  'in %s',
  (shell) => {
    test('no attack leaves its quotes', () => {
      for (let at = 0; at < ATTACKS.length; at += 4) {
        const [accessKeyId = '', secretAccessKey = '', sessionToken = '', region = ''] = ATTACKS.slice(at)
        const values = { accessKeyId, secretAccessKey, sessionToken, region }
        expect(evaluate(shell, exportStatements(environmentOf(values)))).toEqual(expected(values))
      }
    })

    test('any text stays a value', () => {
      // A shell and an environment hold no NUL.
      const text = fc
        .array(fc.oneof(fc.constantFrom(...ATTACKS, "'", '\\', '$', '`'), fc.string({ unit: 'binary' })))
        .map((pieces) => pieces.join('').replaceAll('\0', ''))
      const anyValues = fc.record({
        accessKeyId: text,
        secretAccessKey: text,
        sessionToken: text,
        region: text,
      })
      fc.assert(
        fc.property(anyValues, (values) => {
          expect(evaluate(shell, exportStatements(environmentOf(values)))).toEqual(expected(values))
        }),
        { numRuns: 25 },
      )
    })

    test('what would outrank the credentials is gone, and everything set is taken back by the other statement', () => {
      const before = {
        AWS_PROFILE: 'dev',
        AWS_DEFAULT_PROFILE: 'dev',
        AWS_SECURITY_TOKEN: 'old',
        AWS_PAGER: '',
      }
      const set = exportStatements(environmentOf(PLAIN))
      expect(evaluate(shell, set, before)).toEqual({ ...expected(PLAIN), AWS_PAGER: '' })
      expect(evaluate(shell, set + unsetStatements(SET_VARIABLES), before)).toEqual({ AWS_PAGER: '' })
    })
  },
)
