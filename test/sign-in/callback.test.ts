import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { judgeCallback, judgePastedUrl } from '../../src/sign-in/callback.ts'

const STATE = 'a'.repeat(64)
const ISSUER = 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf123'
const EXPECTED = { redirectUri: 'http://localhost:8400/callback', state: STATE, issuers: [ISSUER] }
const HOSTS = ['localhost:8400']

function judge(target: string, changes: { method?: string; hosts?: string[] } = {}) {
  return judgeCallback({ method: 'GET', hosts: HOSTS, target, ...changes }, EXPECTED)
}

describe('a callback', () => {
  test('with the right state hands over its code', () => {
    const verdict = judge(`/callback?code=abc-123&state=${STATE}`)
    expect(verdict.kind === 'code' && verdict.code.reveal()).toBe('abc-123')
  })

  test.each([
    ['missing', '/callback?code=abc'],
    ['empty', '/callback?code=abc&state='],
    ['wrong', `/callback?code=abc&state=${'b'.repeat(64)}`],
    ['truncated', `/callback?code=abc&state=${STATE.slice(1)}`],
    ['a prefix', '/callback?code=abc&state=a'],
    ['longer', `/callback?code=abc&state=${STATE}a`],
    ['in another case', `/callback?code=abc&state=${STATE.toUpperCase()}`],
    ['given twice', `/callback?code=abc&state=${STATE}&state=${STATE}`],
  ])('A3: is rejected when the state is %s', (_what, target) => {
    expect(judge(target)).toMatchObject({ kind: 'rejected', status: 400 })
  })

  test.each([
    `/callback?code=a&code=b&state=${STATE}`,
    `/callback?code=a&code=a&state=${STATE}`,
    `/callback?error=a&error=b&state=${STATE}`,
    `/callback?code=a&%63ode=b&state=${STATE}`,
    `/callback?code=a&state=${STATE}&x=1&x=2`,
  ])('A20: is rejected when a parameter comes twice: %s', (target) => {
    expect(judge(target)).toMatchObject({ kind: 'rejected', status: 400 })
  })

  test.each([
    ['neither code nor error', ''],
    ['an empty code', '&code='],
    ['both code and error', '&code=a&error=b'],
    ['control characters in the code', '&code=a%00b'],
    ['an overlong code', `&code=${'a'.repeat(5_000)}`],
  ])('is rejected with %s', (_what, rest) => {
    expect(judge(`/callback?state=${STATE}${rest}`)).toMatchObject({ kind: 'rejected', status: 400 })
  })

  test('A15: is rejected when it names another issuer', () => {
    const other = encodeURIComponent('https://evil.test')
    expect(judge(`/callback?code=a&state=${STATE}&iss=${other}`)).toMatchObject({
      kind: 'rejected',
      status: 400,
    })
    expect(judge(`/callback?error=a&state=${STATE}&iss=${other}`)).toMatchObject({
      kind: 'rejected',
      status: 400,
    })
    expect(judge(`/callback?code=a&state=${STATE}&iss=${encodeURIComponent(ISSUER)}`).kind).toBe('code')
  })

  test('B30: an error counts with the right state and is unverified without one', () => {
    const query = 'error=access_denied&error_description=Not+you'
    expect(judge(`/callback?${query}&state=${STATE}`)).toEqual({
      kind: 'refused',
      error: 'access_denied',
      description: 'Not you',
    })
    expect(judge(`/callback?${query}`)).toEqual({
      kind: 'unverified-error',
      error: 'access_denied',
      description: 'Not you',
    })
    expect(judge(`/callback?${query}&state=b`)).toMatchObject({ kind: 'rejected', status: 400 })
  })

  test('the doubled description of the documentation is one text', () => {
    expect(
      judge(`/callback?error=invalid_request&error_description=error_description=Timeout&state=${STATE}`),
    ).toMatchObject({ kind: 'refused', description: 'error_description=Timeout' })
  })

  test('an endless description is cut', () => {
    const verdict = judge(`/callback?error=a&error_description=${'x'.repeat(9_000)}`)
    expect(verdict.kind === 'unverified-error' && verdict.description).toHaveLength(501)
  })

  test.each([
    [['evil.test']],
    [['evil.test:8400']],
    [['localhost']],
    [['localhost:8401']],
    [['localhost.evil.test:8400']],
    [['localhost:8400', 'evil.test']],
    [['localhost:8400', 'localhost:8400']],
    [[]],
  ])('B28: is forbidden for the hosts %j', (hosts) => {
    expect(judge(`/callback?code=a&state=${STATE}`, { hosts })).toMatchObject({
      kind: 'rejected',
      status: 403,
    })
  })

  test.each(['127.0.0.1:8400', '[::1]:8400', 'LOCALHOST:8400'])('B28: is taken for the host %s', (host) => {
    expect(judge(`/callback?code=a&state=${STATE}`, { hosts: [host] }).kind).toBe('code')
  })

  test.each([
    '/',
    '/favicon.ico',
    '/robots.txt',
    '/callback/',
    '/Callback',
    '//callback',
    '/x/../callback',
    '/callback%2F',
    '/%63allback',
    '/callback;a',
    '/callback#',
    'http://localhost:8400/callback',
    '*',
    '',
  ])('B29: only the exact path is known, not %s', (path) => {
    expect(judge(`${path}?code=a&state=${STATE}`)).toMatchObject({ kind: 'rejected', status: 404 })
  })

  test.each(['HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'get'])(
    'B29: %s is not allowed',
    (method) => {
      expect(judge(`/callback?code=a&state=${STATE}`, { method })).toMatchObject({
        kind: 'rejected',
        status: 405,
      })
    },
  )

  test('A3: no request without the state ever yields a code or ends the sign-in', () => {
    const anyTarget = fc.oneof(
      fc.string(),
      fc.string().map((query) => `/callback?${query}`),
      fc
        .array(fc.tuple(fc.constantFrom('code', 'state', 'error', 'iss', 'x'), fc.string()))
        .map((pairs) => `/callback?${new URLSearchParams(pairs).toString()}`),
    )
    fc.assert(
      fc.property(anyTarget, (target) => {
        expect(['rejected', 'unverified-error']).toContain(judge(target).kind)
      }),
    )
  })

  test('every printable code comes out as it went in', () => {
    const printable = fc.integer({ min: 0x20, max: 0x7e }).map((number) => String.fromCharCode(number))
    const code = fc.string({ unit: printable, minLength: 1 })
    fc.assert(
      fc.property(code, (given) => {
        const verdict = judge(`/callback?${new URLSearchParams({ code: given, state: STATE }).toString()}`)
        expect(verdict.kind === 'code' && verdict.code.reveal()).toBe(given)
      }),
    )
  })
})

describe('a pasted URL', () => {
  test('hands over its code, blanks around it or not', () => {
    const verdict = judgePastedUrl(`  http://localhost:8400/callback?code=abc&state=${STATE}\n`, EXPECTED)
    expect(verdict.kind === 'code' && verdict.code.reveal()).toBe('abc')
  })

  const WHOLE = `http://localhost:8400/callback?code=abc&state=${STATE}`

  test.each([
    ['in quotes', `"${WHOLE}"`],
    ['in single quotes', ` '${WHOLE}' `],
    ['as a mail has it', `<${WHOLE}>`],
    ['as a browser shows it that hides the scheme', WHOLE.replace('http://', '')],
  ])('is taken %s', (_what, text) => {
    const verdict = judgePastedUrl(text, EXPECTED)
    expect(verdict.kind === 'code' && verdict.code.reveal()).toBe('abc')
  })

  test.each([
    ['a code alone', 'abc'],
    ['a quote that stays open', `"${WHOLE}`],
    ['another scheme', WHOLE.replace('http:', 'https:')],
    ['nothing', ''],
    ['another state', 'http://localhost:8400/callback?code=abc&state=b'],
    ['no state', 'http://localhost:8400/callback?code=abc'],
    ['another host', `http://evil.test/callback?code=abc&state=${STATE}`],
    ['another port', `http://localhost:8401/callback?code=abc&state=${STATE}`],
    ['another path', `http://localhost:8400/other?code=abc&state=${STATE}`],
  ])('is rejected with %s', (_what, text) => {
    expect(judgePastedUrl(text, EXPECTED)).toMatchObject({ kind: 'rejected', status: 400 })
  })

  test('tells a refusal', () => {
    expect(
      judgePastedUrl(`http://localhost:8400/callback?error=access_denied&state=${STATE}`, EXPECTED),
    ).toEqual({
      kind: 'refused',
      error: 'access_denied',
      description: undefined,
    })
  })
})
