import fc from 'fast-check'
import { expect, test } from 'vitest'
import { unifiedDiff } from '../../src/profile/line-diff.ts'

const shown = (before: string, after: string) => unifiedDiff('config', before, after).map(({ text }) => text)

test('shows a changed line with three lines around it, as diff -u does', () => {
  const before = 'a\nb\nc\nd\ne\nf\ng\nh\n'
  expect(shown(before, before.replace('e', 'E'))).toEqual([
    ...['--- config', '+++ config', '@@ -2,7 +2,7 @@'],
    ...[' b', ' c', ' d', '-e', '+E', ' f', ' g', ' h'],
  ])
})

test('changes far apart are hunks of their own, close ones are one', () => {
  const lines = Array.from({ length: 40 }, (_, index) => `line ${index}`)
  const change = (...at: number[]) =>
    lines.map((line, index) => (at.includes(index) ? `${line}!` : line)).join('\n')
  const heads = (...at: number[]) =>
    unifiedDiff('config', lines.join('\n'), change(...at)).flatMap(({ kind, text }) =>
      kind === 'hunk' ? [text] : [],
    )
  expect(heads(5, 30)).toEqual(['@@ -3,7 +3,7 @@', '@@ -28,7 +28,7 @@'])
  expect(heads(5, 10)).toEqual(['@@ -3,12 +3,12 @@'])
})

test('a new file begins after line 0', () => {
  expect(shown('', '[default]\n')).toEqual(['--- config', '+++ config', '@@ -0,0 +1,1 @@', '+[default]'])
})

test('equal texts have no diff', () => {
  expect(unifiedDiff('config', 'a\n', 'a\n')).toEqual([])
})

test.each([
  ['aws_secret_access_key = CANARY', 'aws_secret_access_key = [hidden]'],
  ['  AWS_SESSION_TOKEN=CANARY', '  AWS_SESSION_TOKEN=[hidden]'],
  ['sso_password = CANARY', 'sso_password = [hidden]'],
  ['# aws_secret_access_key = CANARY', '# aws_secret_access_key = [hidden]'],
])('the secret of %s is not shown, nor its change', (line, hidden) => {
  const before = `[profile a]\n${line}\n    CANARY continued\nregion = eu-west-1\n`
  const after = before.replace('CANARY\n', 'CANARY2\n').replace('eu-west-1', 'eu-west-2')
  const texts = shown(before, after)
  expect(texts.join('\n')).not.toContain('CANARY')
  expect(texts).toContain(`-${hidden}`)
  expect(texts).toContain('+region = eu-west-2')
})

test.each(['cognito_refresh_token_days = 30', 'web_identity_token_file = /run/token', 'region = x'])(
  '%s is no secret',
  (line) => {
    expect(shown('', `${line}\n`)).toContain(`+${line}`)
  },
)

test('whoever applies the diff to the one text has the other', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c', 'd = 1', ''), { maxLength: 30 })
  fc.assert(
    fc.property(text, text, (before, after) => {
      const end = (lines: string[]) => lines.map((line) => `${line}\n`).join('')
      expect(applied(before, unifiedDiff('config', end(before), end(after)))).toEqual(after)
    }),
    { numRuns: 1000 },
  )
})

/** As `patch` does: hunks at their places, where what they expect must stand. */
function applied(before: string[], diff: ReturnType<typeof unifiedDiff>): string[] {
  const after: string[] = []
  let at = 0
  for (const { kind, text } of diff) {
    const [, start = '0', count = '0'] = kind === 'hunk' ? (/^@@ -(\d+),(\d+) /.exec(text) ?? []) : []
    if (kind === 'hunk') {
      const begin = Number(start) - (count === '0' ? 0 : 1)
      after.push(...before.slice(at, begin))
      at = begin
    }
    if (kind === 'same' || kind === 'removed') expect(before[at++]).toBe(text.slice(1))
    if (kind === 'same' || kind === 'added') after.push(text.slice(1))
  }
  return [...after, ...before.slice(at)]
}
