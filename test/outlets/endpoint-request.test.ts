import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { digestOf, judgeRequest } from '../../src/outlets/endpoint-request.ts'
import { createToken, tokenDigestOf } from '../../src/outlets/endpoint-token.ts'

const TOKEN = 'tltesDuUnssqaRhQ_GW93tpYXcsGLzIQzFjigdEtrxs'
const ENDPOINT = { port: 41000, tokenDigest: digestOf(TOKEN) }
const HOST = ['Host', '127.0.0.1:41000']
const AUTHORIZATION = ['Authorization', TOKEN]

function judge(
  change: { method?: string; target?: string; headers?: string[][]; port?: number } = {},
): number {
  const { method = 'GET', target = '/credentials', headers = [HOST, AUTHORIZATION], port } = change
  return judgeRequest(
    { method, target, rawHeaders: headers.flat() },
    { ...ENDPOINT, ...(port === undefined ? {} : { port }) },
  )
}

test('what an SDK sends is given credentials', () => {
  expect(judge()).toBe(200)
  expect(
    judge({ headers: [['accept', 'application/json'], ['user-agent', 'Boto3'], HOST, AUTHORIZATION] }),
  ).toBe(200)
})

describe('G101: the token', () => {
  test('is 256 random bits, another each time', () => {
    const tokens = Array.from({ length: 50 }, () => createToken().reveal())
    expect(new Set(tokens).size).toBe(50)
    for (const token of tokens) expect(Buffer.from(token, 'base64url')).toHaveLength(32)
  })

  test.each([
    ['none', []],
    ['an empty one', [['Authorization', '']]],
    ['a part of it', [['Authorization', TOKEN.slice(0, -1)]]],
    ['a longer one', [['Authorization', `${TOKEN}x`]]],
    ['another', [['Authorization', createToken().reveal()]]],
    ['it twice', [AUTHORIZATION, AUTHORIZATION]],
    ['it beside another', [['Authorization', 'x'], AUTHORIZATION]],
    ['it in another header', [['X-Authorization', TOKEN]]],
    ['it in the URL', [], `/credentials?token=${TOKEN}`],
  ])('%s: 403', (_, headers, target = '/credentials') => {
    expect(judge({ headers: [HOST, ...headers], target })).toBe(403)
  })

  test('no other value is taken for it', () => {
    const digest = tokenDigestOf(createToken())
    fc.assert(
      fc.property(fc.string(), (guess) => {
        const rawHeaders = [...HOST, 'Authorization', guess]
        return (
          judgeRequest(
            { method: 'GET', target: '/credentials', rawHeaders },
            { port: 41000, tokenDigest: digest },
          ) === 403
        )
      }),
    )
  })
})

describe('G102: the token counts as it stands', () => {
  test.each([
    ['Bearer', `Bearer ${TOKEN}`],
    ['Basic', `Basic ${Buffer.from(TOKEN).toString('base64')}`],
    ['quotes', `"${TOKEN}"`],
    ['a space before it', ` ${TOKEN}`],
    ['a space behind it', `${TOKEN} `],
    ['a newline', `${TOKEN}\n`],
    ['lower case', TOKEN.toLowerCase()],
    ['upper case', TOKEN.toUpperCase()],
    ['characters that fold into it', TOKEN.replace('t', '\u0174')],
  ])('%s: 403', (_, value) => {
    expect(judge({ headers: [HOST, ['Authorization', value]] })).toBe(403)
  })
})

describe('G103: web pages', () => {
  test.each([
    ['Origin', 'https://evil.test'],
    ['Origin', 'null'],
    ['origin', 'http://127.0.0.1:41000'],
    ['Sec-Fetch-Site', 'same-origin'],
    ['Sec-Fetch-Mode', 'no-cors'],
    ['sec-fetch-dest', 'image'],
    ['Sec-Fetch-User', '?1'],
  ])('%s: %s is refused even with the token', (name, value) => {
    expect(judge({ headers: [HOST, AUTHORIZATION, [name, value]] })).toBe(403)
  })

  test.each(['127.0.0.1:41000', 'localhost:41000', 'LocalHost:41000'])('Host %s is this machine', (host) => {
    expect(judge({ headers: [['Host', host], AUTHORIZATION] })).toBe(200)
  })

  test.each([
    'evil.test',
    'evil.test:41000',
    'localhost',
    '127.0.0.1',
    'localhost:41001',
    '127.0.0.1:410000',
    '127.0.0.1:41000.evil.test',
    'localhost.evil.test:41000',
    'localhost.:41000',
    '127.1:41000',
    '0.0.0.0:41000',
    // It does not listen there.
    '[::1]:41000',
    '127.0.0.2:41000',
    'user@127.0.0.1:41000',
    '',
  ])('Host %s is not, and is refused even with the token', (host) => {
    expect(judge({ headers: [['Host', host], AUTHORIZATION] })).toBe(403)
  })

  test('no Host, or two, are refused', () => {
    expect(judge({ headers: [AUTHORIZATION] })).toBe(403)
    expect(judge({ headers: [HOST, HOST, AUTHORIZATION] })).toBe(403)
    expect(judge({ headers: [HOST, ['host', 'evil.test'], AUTHORIZATION] })).toBe(403)
  })

  test("a Host without a port is this machine's only on the port of the scheme", () => {
    expect(judge({ headers: [['Host', 'localhost'], AUTHORIZATION], port: 80 })).toBe(200)
    expect(judge({ headers: [['Host', 'evil.test'], AUTHORIZATION], port: 80 })).toBe(403)
  })

  test.each(['OPTIONS', 'HEAD', 'POST', 'PUT', 'DELETE', 'TRACE', 'get', 'PROPFIND'])('%s: 405', (method) => {
    expect(judge({ method })).toBe(405)
    expect(judge({ method, headers: [HOST, ['Origin', 'https://evil.test']] })).toBe(405)
  })
})

describe('G106: other paths', () => {
  const OTHERS = [
    '/',
    '/credentials/',
    '//credentials',
    '/credentials?role=x',
    '/credentials#x',
    '/Credentials',
    '/%63redentials',
    '/role-arn/arn:aws:iam::111122223333:role/Admin',
    '/credentials/role-arn/arn:aws:iam::111122223333:role/Admin',
    '/latest/meta-data/iam/security-credentials/',
    'http://127.0.0.1:41000/credentials',
    '*',
  ]

  test.each(OTHERS)('%s: 404 with the token', (target) => {
    expect(judge({ target })).toBe(404)
  })

  test.each(OTHERS)('%s: who has no token is not told which paths there are', (target) => {
    expect(judge({ target, headers: [HOST] })).toBe(403)
  })
})
