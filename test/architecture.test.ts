import { describe, expect, test } from 'vitest'
import * as rules from './architecture/rules.ts'
import type { Rule } from './architecture/rules.ts'
import { parseSource, readSources } from './architecture/source-file.ts'

const sources = readSources(new URL('../src/', import.meta.url))

test('every file of the project is looked at', () => {
  expect(sources.length).toBeGreaterThan(100)
  expect(sources.find(({ path }) => path === 'cli/doors/profile-door.ts')?.imports).toContainEqual({
    from: 'profile/config-files.ts',
    kind: 'lazy',
  })
})

// Each rule with code that would break it. The files of one case belong together; the first is the culprit.
const CASES: {
  rule: Rule
  name: string
  broken: Record<string, string>[]
  fine: Record<string, string>[]
}[] = [
  {
    rule: rules.roomsStandOnEachOther,
    name: 'siblings never import each other, nobody imports the command line, the emulator stands apart',
    broken: [
      { 'profile/a.ts': "import { lock } from '../vault/lock.ts'" },
      { 'vault/a.ts': "import { parse } from '../profile/profile.ts'" },
      { 'sign-in/a.ts': "export { exchange } from '../exchange/exchange.ts'" },
      { 'exchange/a.ts': "await import('../sign-in/claims.ts')" },
      { 'exchange/a.ts': "import '../sign-in/claims.ts'" },
      { 'exchange/a.ts': "import { type A, b } from '../sign-in/claims.ts'" },
      { 'broker/a.ts': "import { shell } from '../outlets/shell.ts'" },
      { 'outlets/a.ts': "import { explain } from '../insight/explain.ts'" },
      { 'outlets/a.ts': "import { judgeCallback } from '../sign-in/callback.ts'" },
      { 'broker/a.ts': "import { openTerminal } from '../cli/terminal.ts'" },
      { 'errors/a.ts': "import { parse } from '../profile/profile.ts'" },
      { 'errors/a.ts': "import { createHttp } from '../http/http.ts'" },
      { 'http/http.ts': "import { parse } from '../profile/profile.ts'" },
      { 'secret.ts': "import { PoolkeyError } from './errors/poolkey-error.ts'" },
      { 'cli/wire.ts': "import { startEmulator } from '../emulator/emulator.ts'" },
      { 'emulator/a.ts': "import { PoolkeyError } from '../errors/poolkey-error.ts'" },
      { 'main.ts': "import { read } from './vault/entries.ts'" },
      { 'attic/a.ts': '' },
    ],
    fine: [
      { 'profile/a.ts': "import type { Lock } from '../vault/lock.ts'" },
      {
        'profile/a.ts': "// import { lock } from '../vault/lock.ts'\nconst a = `import('../vault/lock.ts')`",
      },
      { 'broker/a.ts': "import { lock } from '../vault/lock.ts'" },
      { 'cli/commands/demo.ts': "import { startEmulator } from '../../emulator/emulator.ts'" },
    ],
  },
  {
    rule: rules.typesStayInTheirRooms,
    name: 'the ground, the command line and the emulator are not known by their types either',
    broken: [
      { 'broker/a.ts': "import type { Terminal } from '../cli/terminal.ts'" },
      { 'outlets/a.ts': "import type { SignedIn } from '../sign-in/browser-sign-in.ts'" },
      { 'vault/a.ts': "import type { Emulator } from '../emulator/emulator.ts'" },
      { 'emulator/a.ts': "import type { Profile } from '../profile/profile.ts'" },
      { 'errors/a.ts': "import type { Broker } from '../broker/broker.ts'" },
    ],
    fine: [
      { 'errors/a.ts': "import type { Profile } from '../profile/profile.ts'" },
      { 'cli/commands/emulate.ts': "import type { Emulator } from '../../emulator/emulator.ts'" },
    ],
  },
  {
    rule: rules.packagesHaveOneDoor,
    name: 'each foreign package has one door',
    broken: [
      { 'broker/a.ts': "import { Command } from 'commander'" },
      { 'exchange/exchange.ts': "import { STSClient } from '@aws-sdk/client-sts'" },
      { 'exchange/security-token.ts': "import { X } from '@aws-sdk/client-cognito-identity'" },
      { 'vault/keychain.ts': "await import('keytar')" },
      { 'sign-in/browser.ts': "import open from 'open'" },
      { 'sign-in/claims.ts': "import { decodeJwt } from 'jose'" },
      { 'sign-in/claims.ts': "import { decodeJwt } from 'jose/jwt'" },
      { 'exchange/exchange.ts': "import { HttpsProxyAgent } from 'https-proxy-agent'" },
      { 'http/http.ts': "import fetch from 'node-fetch'" },
      { 'http/http.ts': "import fetch from 'fs'" },
      { 'http/http.ts': "const name = 'jose'; await import(name)" },
      { 'profile/a.ts': "require('jose')" },
    ],
    fine: [
      { 'broker/a.ts': "import type { JWK } from 'jose'" },
      { 'sign-in/id-token.ts': "import { compactVerify } from 'jose'" },
      { 'http/http.ts': "import { request } from 'node:https'" },
    ],
  },
  {
    rule: rules.processStaysAtTheEdge,
    name: 'environment, arguments, streams and clock are arguments everywhere but at the edge',
    broken: [
      { 'profile/a.ts': "const a = process.env['AWS_PROFILE']" },
      { 'profile/a.ts': 'const { env } = process' },
      { 'profile/a.ts': 'read(process)' },
      { 'broker/a.ts': "import { argv } from 'node:process'" },
      { 'broker/a.ts': 'process.stdout.write("x")' },
      { 'broker/a.ts': 'process.exit(1)' },
      { 'sign-in/a.ts': 'const now = Date.now()' },
      { 'sign-in/a.ts': 'const clock = Date.now' },
      { 'exchange/a.ts': 'const now = new Date()' },
      { 'cli/commands/a.ts': 'const now = new Date' },
    ],
    fine: [
      { 'cli/wire.ts': 'const now = () => Date.now()' },
      { 'profile/a.ts': 'const at = new Date(seconds * 1000)' },
      { 'vault/a.ts': "if (process.platform === 'win32') flush()" },
      { 'vault/a.ts': '// process.env\nconst a = { process: 1 }.process' },
      { 'cli/commands/a.ts': "const process = 'x'; say(process)" },
    ],
  },
  {
    rule: rules.warmPathStaysSmall,
    name: 'the warm path loads what it needs and nothing more',
    broken: [
      { 'warm-path.ts': "import { withLock } from './vault/lock.ts'" },
      { 'warm-path.ts': "import 'node:http'" },
      {
        'warm-path.ts': "import { readEntry } from './vault/entries.ts'",
        'vault/entries.ts': "import { spawn } from 'node:child_process'",
      },
    ],
    fine: [
      {
        'warm-path.ts': "import { readEntry } from './vault/entries.ts'",
        'vault/entries.ts': "import { openSync } from 'node:fs'\nimport { unseal } from './seal.ts'",
      },
      { 'warm-path.ts': "const { get } = await import('./vault/keychain.ts')" },
    ],
  },
  {
    rule: rules.stationsAreLazy,
    name: 'no station is loaded before the command is known',
    broken: [
      { 'main.ts': "import { createHttp } from './http/http.ts'" },
      {
        'main.ts': "void import('./cli/program.ts')",
        'cli/program.ts': "import { login } from './commands/login.ts'",
      },
      {
        'main.ts': "void import('./cli/program.ts')",
        'cli/program.ts': "import { wire } from './wire.ts'",
        'cli/wire.ts': "import { createHttp } from '../http/http.ts'",
      },
      {
        'main.ts': "void import('./cli/program.ts')",
        'cli/program.ts': "import { spawn } from 'node:child_process'",
      },
    ],
    fine: [
      {
        'main.ts': "void import('./cli/program.ts')",
        'cli/program.ts': "import { Command } from 'commander'\nawait import('./commands/login.ts')",
        'cli/commands/login.ts': "import { createHttp } from '../../http.ts'",
      },
    ],
  },
  {
    rule: rules.heavyPackagesAreLazy,
    name: 'no command loads a large package at once',
    broken: [
      {
        'cli/commands/env.ts': "import { verify } from '../../sign-in/id-token.ts'",
        'sign-in/id-token.ts': "import { compactVerify } from 'jose'",
      },
    ],
    fine: [
      {
        'cli/commands/env.ts': "import { obtain } from '../../broker/session.ts'",
        'broker/session.ts': "await import('../sign-in/id-token.ts')",
        'sign-in/id-token.ts': "import { compactVerify } from 'jose'",
      },
    ],
  },
  {
    rule: rules.pureFilesReachNothing,
    name: 'what is pure reaches nothing outside',
    broken: [
      { 'outlets/shell.ts': "import { readFileSync } from 'node:fs'" },
      { 'errors/a.ts': "import { readFile } from 'node:fs/promises'" },
      {
        'sign-in/claims.ts': "import { keys } from './signing-keys.ts'",
        'sign-in/signing-keys.ts': "import { request } from 'node:https'",
      },
      { 'broker/a.ts': '/** Names of things. Pure. */\nexport const a = 1' },
    ],
    fine: [
      { 'outlets/shell.ts': "import type { Stats } from 'node:fs'" },
      { 'vault/seal.ts': "import { createHmac } from 'node:crypto'" },
    ],
  },
  {
    rule: rules.secretsComeOutOnlyAtTheDoors,
    name: 'secrets come out only where they leave the process',
    broken: [{ 'cli/commands/status.ts': 'say(token.reveal())' }, { 'broker/session.ts': 'token?.reveal()' }],
    fine: [{ 'outlets/variables.ts': 'print(token.reveal())' }, { 'broker/session.ts': '// token.reveal()' }],
  },
  {
    rule: rules.filesHaveOneSubject,
    name: 'no file is longer than 250 lines',
    broken: [{ 'broker/a.ts': 'a\n'.repeat(251) }, { 'broker/a.ts': `${'a\n'.repeat(250)}a` }],
    fine: [{ 'broker/a.ts': 'a\n'.repeat(250) }],
  },
  {
    rule: rules.filesGoInNoCircle,
    name: 'no file leads back to itself',
    broken: [
      { 'broker/a.ts': "import { b } from './b.ts'", 'broker/b.ts': "import { a } from './a.ts'" },
      { 'broker/a.ts': "await import('./b.ts')", 'broker/b.ts': "import type { A } from './a.ts'" },
      {
        'broker/a.ts': "import { b } from './b.ts'",
        'broker/b.ts': "import { c } from '../vault/c.ts'",
        'vault/c.ts': "import type { A } from '../broker/a.ts'",
      },
    ],
    fine: [
      {
        'broker/a.ts': "import { b } from './b.ts'\nimport { c } from './c.ts'",
        'broker/b.ts': "import { c } from './c.ts'",
        'broker/c.ts': '',
      },
    ],
  },
  {
    rule: rules.filesAreNamedForWhatTheyOwn,
    name: 'files are named for what they own, and export by name',
    broken: [
      ...['utils', 'util', 'helpers', 'common', 'manager', 'token-utils', 'index'].map((name) => ({
        [`broker/${name}.ts`]: '',
      })),
      { 'utils/a.ts': '' },
      { 'broker/sessionEntry.ts': '' },
      { 'broker/session_entry.ts': '' },
      { 'broker/a.ts': 'export default 1' },
      { 'broker/a.ts': 'export default function a() {}' },
      { 'broker/a.ts': 'export default class A {}' },
    ],
    fine: [
      { 'vault/keychain-helper.ts': '' },
      { 'broker/a.ts': 'switch (a) { case 1: break\ndefault: break }' },
    ],
  },
  {
    rule: rules.checksStayOn,
    name: 'the compiler and the linter are never switched off',
    broken: [
      { 'broker/a.ts': '// eslint-disable-next-line no-console' },
      { 'broker/a.ts': '/* eslint-disable */' },
      { 'broker/a.ts': '// @ts-expect-error: why' },
      { 'broker/a.ts': '// @ts-ignore' },
    ],
    fine: [{ 'broker/a.ts': '// nothing' }],
  },
]

describe.each(CASES)('$name', ({ rule, broken, fine }) => {
  const parse = (files: Record<string, string>) =>
    Object.entries(files).map(([path, text]) => parseSource(path, text))

  test('in the project', () => {
    expect(rule(sources)).toEqual([])
  })

  test.each(broken.map((files) => ({ code: Object.values(files).join(' ').slice(0, 80), files })))(
    'this would break it: $code',
    ({ files }) => {
      expect(rule(parse(files))).not.toEqual([])
    },
  )

  test.each(fine.map((files) => ({ code: Object.values(files).join(' ').slice(0, 80), files })))(
    'this would not: $code',
    ({ files }) => {
      expect(rule(parse(files))).toEqual([])
    },
  )
})

test('every file that is called pure exists', () => {
  expect(rules.pureFilesExist(sources)).toEqual([])
  expect(rules.pureFilesExist([])).not.toEqual([])
})
