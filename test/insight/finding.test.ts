import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { PoolkeyError } from '../../src/errors/poolkey-error.ts'
import { adviceOn, diagnosisJson, drawnHops, exitCodeOf, stateOf } from '../../src/insight/diagnosis.ts'
import { fine, misconfigured, skipped, troubleOf } from '../../src/insight/finding.ts'
import type { Finding } from '../../src/insight/finding.ts'
import type { HopId } from '../../src/insight/hop.ts'
import { checkMachine, clockFinding } from '../../src/insight/machine-check.ts'
import { publicText } from '../../src/insight/public-text.ts'
import { profileWith } from '../errors/every-failure.ts'
import { temporaryFolder } from '../vault/temporary-folder.ts'

const profile = profileWith()
const refused = (message: string) =>
  new PoolkeyError('service-refused', {
    ...{ service: 'identity pool', operation: 'GetId', name: 'NotAuthorizedException', message },
  })
const failed = troubleOf(new PoolkeyError('sign-in-required', { profile: 'dev', reason: 'none' }), profile)
const warning = misconfigured({ state: 'warning', code: 'c', cause: 'a cause', fix: 'a fix', steps: ['a b'] })
const hop = (id: HopId, findings: Finding[]) => ({
  id,
  title: `Link ${id}`,
  values: [],
  source: '',
  findings,
})

test.each([
  [[], 'ok'],
  [[fine('a')], 'ok'],
  [[fine('a'), skipped('b')], 'skipped'],
  [[skipped('a'), warning], 'warning'],
  [[warning, failed, fine('a')], 'failed'],
] as const)('a link is as bad as the worst of %#', (findings, state) => {
  expect(stateOf([...findings])).toBe(state)
})

test('the exit code is that of the first failure, and of no warning', () => {
  const wrong = misconfigured({ code: 'c', cause: 'x', fix: undefined })
  expect(exitCodeOf([hop('machine', [warning]), hop('session', [fine('a')])])).toBe(0)
  expect(exitCodeOf([hop('machine', [warning]), hop('session', [failed]), hop('tools', [wrong])])).toBe(4)
})

test('the text says where the chain breaks, what is wrong there, and each command on a line of its own', () => {
  expect(adviceOn([hop('machine', [fine('a')])])).toEqual([{ kind: 'verdict', text: 'Every link holds.' }])
  expect(adviceOn([hop('machine', [warning]), hop('session', [failed])])).toEqual([
    { kind: 'verdict', text: 'The chain breaks at: Link session.' },
    { kind: 'trouble', text: 'Link machine (warning): a cause' },
    { kind: 'fix', text: 'fix: a fix' },
    { kind: 'command', text: 'a b' },
    { kind: 'trouble', text: 'Link session: nobody is signed in for profile dev' },
    { kind: 'command', text: 'poolkey login --profile dev' },
  ])
  expect(adviceOn([hop('machine', [warning])])[0]?.text).toBe('Every link holds, with something to look at.')
})

test('what one edit mends stands together, with the edit once', () => {
  const other = { ...warning, cause: 'another cause' }
  expect(adviceOn([hop('machine', [warning]), hop('session', [failed]), hop('tools', [other])])).toEqual([
    { kind: 'verdict', text: 'The chain breaks at: Link session.' },
    { kind: 'trouble', text: 'Link machine (warning): a cause' },
    { kind: 'trouble', text: 'Link tools (warning): another cause' },
    { kind: 'fix', text: 'fix: a fix' },
    { kind: 'command', text: 'a b' },
    { kind: 'trouble', text: 'Link session: nobody is signed in for profile dev' },
    { kind: 'command', text: 'poolkey login --profile dev' },
  ])
})

test('JSON and picture have the worst finding of each link, and all of them', () => {
  const hops = [hop('machine', [fine('all is well'), warning])]
  expect(diagnosisJson('dev', hops)).toMatchObject({
    ...{ version: 1, profile: 'dev', ok: true },
    hops: [
      {
        ...{ id: 'machine', title: 'Link machine', state: 'warning', detail: 'a cause', code: 'c' },
        ...{ cause: 'a cause', fix: 'a fix', steps: ['a b'] },
        findings: [{ state: 'ok', detail: 'all is well' }, { state: 'warning' }],
      },
    ],
  })
  expect(drawnHops(hops)).toMatchObject([
    { state: 'warning', lines: [{ text: 'all is well' }, { text: 'a cause' }] },
  ])
})

test('what a service answered stands beside what it means, and nothing that a terminal would obey', () => {
  const trouble = troubleOf(refused('Token is not from a supported provider of this identity pool.'), profile)
  expect(trouble.detail).toBe(
    'GetId answered NotAuthorizedException: Token is not from a supported provider of this identity pool.',
  )
  expect(trouble.cause).toContain('does not accept tokens of this app client')
  expect(troubleOf(refused('\u001b[2J'.repeat(50_000)), profile).detail).toMatch(/^[\x20-\x7e]{2000}$/)
})

test.each([
  'evil'.repeat(50_000),
  'ab-cd'.repeat(40_000),
  'ab-cd-ef-1:'.repeat(20_000),
  '/a'.repeat(100_000),
  'arn:aws:iam::'.repeat(10_000),
])('a text of many kilobytes is public within a moment (%#)', (text) => {
  const startedMs = performance.now()
  publicText([{ kind: 'profile', word: 'dev' }], () => '000000')(text)
  expect(performance.now() - startedMs).toBeLessThan(2000)
})

test('a file in a loop of links stops no examination', () => {
  const folder = temporaryFolder()
  symlinkSync('loop', join(folder, 'loop'))
  const place = {
    configFile: join(folder, 'loop'),
    credentialsFile: join(folder, 'none'),
    caBundle: undefined,
  }
  expect(checkMachine({ env: {}, platform: 'linux', ...place })).toMatchObject([{ state: 'ok' }])
})

test.each([
  [undefined, []],
  [4_000, [{ state: 'ok', text: "the clock is the servers'" }]],
  [-90_000, [{ state: 'ok', text: "the clock is 90 s ahead of the servers', which poolkey corrects" }]],
  [3_600_000, [{ state: 'warning', code: 'clock', exitCode: 3 }]],
])('a clock that is %s ms behind', (skewMs, findings) => {
  expect(clockFinding(skewMs)).toMatchObject(findings)
})
