import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createHttp } from '../../src/http/http.ts'
import { Secret } from '../../src/secret.ts'
import {
  requestRevocation,
  requestTokensByCode,
  requestTokensByRefresh,
} from '../../src/sign-in/token-endpoint.ts'
import type { ReceivedTokens } from '../../src/sign-in/token-answer.ts'
import { answerJson, closed, freePort, listen, startServer } from './support/server.ts'
import { CLIENT_ID } from './support/settings.ts'

const NEVER = new AbortController().signal
const TOKENS = {
  access_token: 'access-1',
  id_token: 'id-1',
  refresh_token: 'refresh-2',
  token_type: 'Bearer',
  expires_in: 3600,
}

function openHttp(limits: { requestTimeoutMs?: number } = {}) {
  const http = createHttp({ now: () => 0, ...limits })
  onTestFinished(() => {
    http.close()
  })
  return http
}

function byCode(domain: URL, clientSecret?: string) {
  return requestTokensByCode({
    signIn: { domain, clientId: CLIENT_ID },
    clientSecret: clientSecret === undefined ? undefined : new Secret(clientSecret),
    code: new Secret('code-1'),
    codeVerifier: new Secret('verifier-1'),
    redirectUri: 'http://localhost:8400/callback',
    http: openHttp(),
    signal: NEVER,
  })
}

function refreshOptions(domain: URL) {
  const pauses: number[] = []
  const options = {
    signIn: { domain, clientId: CLIENT_ID },
    clientSecret: undefined,
    refreshToken: new Secret('refresh-1'),
    http: openHttp(),
    signal: NEVER,
    wait: (ms: number) => {
      pauses.push(ms)
      return Promise.resolve()
    },
  }
  return { options, pauses }
}

/** A TCP server that reads one request and closes the connection without an answer, or with part of one. */
async function startBreakingServer(part = ''): Promise<{ url: URL; connections: Socket[] }> {
  const connections: Socket[] = []
  const server = createServer((socket) => {
    connections.push(socket)
    socket.once('data', () => socket.end(part))
    socket.on('error', () => undefined)
  })
  await listen(server, '127.0.0.1', 0)
  onTestFinished(() => closed(server))
  return { url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`), connections }
}

describe('redeeming a code', () => {
  test('a public client names itself in the body', async () => {
    const { url, requests } = await startServer((_request, response) => {
      answerJson(response, 200, TOKENS)
    })
    const tokens = await byCode(url)
    expect(tokens.idToken.reveal()).toBe('id-1')
    expect(tokens.accessToken.reveal()).toBe('access-1')
    expect(tokens.refreshToken?.reveal()).toBe('refresh-2')
    expect(tokens.expiresInSeconds).toBe(3600)
    const [request] = requests
    expect(request).toMatchObject({ method: 'POST', path: '/oauth2/token' })
    expect(request?.headers['content-type']).toBe('application/x-www-form-urlencoded')
    expect(request?.headers.authorization).toBeUndefined()
    expect(Object.fromEntries(new URLSearchParams(request?.body))).toEqual({
      grant_type: 'authorization_code',
      client_id: CLIENT_ID,
      code: 'code-1',
      code_verifier: 'verifier-1',
      redirect_uri: 'http://localhost:8400/callback',
    })
  })

  test('A23: a client with a secret uses HTTP Basic, and the secret is nowhere else', async () => {
    const { url, requests } = await startServer((_request, response) => {
      answerJson(response, 200, TOKENS)
    })
    await byCode(url, 'CANARY-secret')
    const [request] = requests
    expect(request?.headers.authorization).toBe(
      `Basic ${Buffer.from(`${CLIENT_ID}:CANARY-secret`).toString('base64')}`,
    )
    expect(request?.body).not.toContain('CANARY')
    expect(request?.path).not.toContain('CANARY')
  })

  test('A21: is never tried twice, whatever happens', async () => {
    const breaking = await startBreakingServer()
    await expect(byCode(breaking.url)).rejects.toMatchObject({ code: 'network' })
    expect(breaking.connections).toHaveLength(1)
    for (const status of [429, 500, 503]) {
      const failing = await startServer((_request, response) => {
        response.writeHead(status).end()
      })
      await expect(byCode(failing.url)).rejects.toMatchObject({ code: 'unexpected-answer' })
      expect(failing.requests).toHaveLength(1)
    }
  })

  test('A18: a redirect is not followed, and the body goes nowhere else', async () => {
    const target = await startServer((_request, response) => {
      answerJson(response, 200, TOKENS)
    })
    for (const status of [301, 302, 303, 307, 308]) {
      const { url } = await startServer((_request, response) => {
        response.writeHead(status, { Location: `${target.url.href}x?secret=1` }).end()
      })
      const { options } = refreshOptions(url)
      const asked = [byCode(url), requestTokensByRefresh(options), requestRevocation(options)]
      for (const one of await Promise.allSettled(asked)) {
        expect(one).toMatchObject({
          reason: {
            code: 'unexpected-answer',
            facts: { kind: 'redirect', status, detail: `to ${target.url.origin}` },
          },
        })
      }
    }
    expect(target.requests).toEqual([])
  })

  test('A19: an answer without ID token names the scope openid', async () => {
    const { url } = await startServer((_request, response) => {
      answerJson(response, 200, { ...TOKENS, id_token: undefined })
    })
    await expect(byCode(url)).rejects.toMatchObject({
      code: 'id-token-invalid',
      facts: { check: 'presence', expected: 'an ID token: the scope openid' },
    })
  })

  test.each([
    [400, { error: 'invalid_grant' }],
    [400, { error: 'unauthorized_client', error_description: 'x' }],
    [401, { error: 'invalid_client' }],
  ])("the protocol's refusal is told: %i %j", async (status, body) => {
    const { url } = await startServer((_request, response) => {
      answerJson(response, status, body)
    })
    const { error, ...rest } = body
    const description = 'error_description' in rest ? { description: rest.error_description } : {}
    await expect(byCode(url)).rejects.toMatchObject({
      code: 'token-refused',
      facts: { grant: 'code', error, status, ...description },
    })
  })

  test('A23: a refusal that quotes the request tells none of its secrets', async () => {
    const { url } = await startServer((request, response) => {
      const said = `${request.body} ${request.headers.authorization ?? ''}`
      answerJson(response, 400, { error: said, error_description: `${'x'.repeat(480)} ${said}` })
    })
    const [code, codeVerifier, refreshToken] = ['Canary code/1', 'Canary-verifier', 'Canary+refresh==']
    const options = {
      ...refreshOptions(url).options,
      clientSecret: new Secret('Canary-secret'),
      code: new Secret(code),
      codeVerifier: new Secret(codeVerifier),
      refreshToken: new Secret(refreshToken),
      redirectUri: 'http://localhost:8400/callback',
    }
    for (const ask of [requestTokensByCode, requestTokensByRefresh, requestRevocation]) {
      const error: unknown = await ask(options).catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({
        code: 'token-refused',
        facts: { error: expect.stringMatching(/=\[redacted\].* Basic \[redacted\]$/) as unknown },
      })
      expect(JSON.stringify(error)).not.toMatch(/Cana|Q2FuYX|NhbmFye|DYW5hc/)
    }
  })

  test.each([
    ['a 400 without error', 400, 'application/json', '{"message":"x"}', 'not-the-protocol'],
    ['a 400 whose error is no text', 400, 'application/json', '{"error":{"a":1}}', 'not-the-protocol'],
    ['a 400 in HTML', 400, 'text/html', '<html>', 'html'],
    ['a 404', 404, 'application/json', '{"error":"x"}', 'not-the-protocol'],
    ['a firewall', 403, 'text/html', '<html>Forbidden', 'firewall'],
    ['a firewall that speaks JSON', 403, 'application/json', '{"error":"invalid_grant"}', 'firewall'],
    ['throttling', 429, 'application/json', '{"error":"invalid_grant"}', 'throttled'],
    ['a server error', 502, 'text/html', '<html>', 'server-error'],
    ['a captive portal', 200, 'text/html; charset=utf-8', '<html>Log in', 'html'],
    ['a captive portal without type', 200, 'text/plain', ' <!DOCTYPE html>', 'html'],
    ['truncated JSON', 200, 'application/json', JSON.stringify(TOKENS).slice(0, -9), 'not-the-protocol'],
    ['a list', 200, 'application/json', '[]', 'not-the-protocol'],
    ['null', 200, 'application/json', 'null', 'not-the-protocol'],
    ['nothing', 200, 'application/json', '', 'not-the-protocol'],
    ['another success', 201, 'application/json', JSON.stringify(TOKENS), 'not-the-protocol'],
  ] as const)('%s is not the protocol', async (_what, status, type, body, kind) => {
    const { url } = await startServer((_request, response) => {
      response.writeHead(status, { 'Content-Type': type }).end(body)
    })
    await expect(byCode(url)).rejects.toMatchObject({
      code: 'unexpected-answer',
      facts: { kind, status, host: url.host, operation: 'the token endpoint' },
    })
  })

  test.each([
    { access_token: undefined },
    { access_token: '' },
    { access_token: 7 },
    { access_token: 'a\r\nX-Admin: yes' },
    { token_type: 'mac' },
    { token_type: undefined },
    { expires_in: '3600' },
    { expires_in: -1 },
    { expires_in: 0 },
    { expires_in: 1.5 },
    { expires_in: undefined },
    { refresh_token: 7 },
    { id_token: null },
    { id_token: '' },
  ])('wrong members are refused without showing a token: %j', async (change) => {
    const { url } = await startServer((_request, response) => {
      answerJson(response, 200, {
        ...TOKENS,
        ...change,
        id_token: 'id_token' in change ? change.id_token : 'CANARY',
      })
    })
    const error: unknown = await byCode(url).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'unexpected-answer', facts: { kind: 'not-the-protocol' } })
    expect(JSON.stringify(error)).not.toContain('CANARY')
    expect(error).not.toHaveProperty('cause')
  })

  test('an answer that breaks off is a network fault', async () => {
    const { url } = await startBreakingServer('HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n{"access_token"')
    await expect(byCode(url)).rejects.toMatchObject({ code: 'network', facts: { kind: 'reset' } })
  })

  test('a client without domain is a bug', async () => {
    const options = {
      ...refreshOptions(new URL('http://localhost')).options,
      signIn: { domain: undefined, clientId: 'x' },
    }
    await expect(requestTokensByRefresh(options)).rejects.toThrow(TypeError)
  })
})

describe('refreshing', () => {
  test('sends the refresh token, and takes an answer without a new one', async () => {
    const { url, requests } = await startServer((_request, response) => {
      answerJson(response, 200, { ...TOKENS, refresh_token: undefined })
    })
    const { options, pauses } = refreshOptions(url)
    const tokens = await requestTokensByRefresh(options)
    expect(tokens.refreshToken).toBeUndefined()
    expect(pauses).toEqual([])
    expect(Object.fromEntries(new URLSearchParams(requests[0]?.body))).toEqual({
      grant_type: 'refresh_token',
      client_id: CLIENT_ID,
      refresh_token: 'refresh-1',
    })
  })

  test('tells what it received before any of it is judged', async () => {
    const tokenOf = (claims: object) => `x.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`
    const cases: [object, object][] = [
      [{ refresh_token: 'new' }, { refreshToken: 'new' }],
      [{ refresh_token: 'new', id_token: 'x' }, { refreshToken: 'new' }],
      [
        { refresh_token: 'new', id_token: tokenOf({ sub: 'me' }) },
        { refreshToken: 'new', sub: 'me' },
      ],
      [{ refresh_token: 7, id_token: tokenOf({ sub: 7, iss: 'us' }) }, { issuer: 'us' }],
      [{ refresh_token: '', id_token: [] }, {}],
    ]
    for (const [body, expected] of cases) {
      const { url } = await startServer((_request, response) => {
        answerJson(response, 200, body)
      })
      const told: object[] = []
      const onReceived = ({ refreshToken, ...rest }: ReceivedTokens) =>
        told.push({ refreshToken: refreshToken?.reveal(), ...rest })
      const refreshing = requestTokensByRefresh({ ...refreshOptions(url).options, onReceived })
      await expect(refreshing).rejects.toMatchObject({ code: 'unexpected-answer' })
      expect(told).toEqual([{ refreshToken: undefined, sub: undefined, issuer: undefined, ...expected }])
    }
  })

  test('takes nothing from what is no success', async () => {
    const { url } = await startServer((_request, response) => {
      answerJson(response, 400, { ...TOKENS, error: 'invalid_grant' })
    })
    const told: unknown[] = []
    const onReceived = ({ refreshToken }: ReceivedTokens) => told.push(refreshToken)
    const refreshing = requestTokensByRefresh({ ...refreshOptions(url).options, onReceived })
    await expect(refreshing).rejects.toMatchObject({ code: 'token-refused' })
    expect(told).toEqual([undefined])
  })

  test('E76: a refused token is not tried again', async () => {
    const { url, requests } = await startServer((_request, response) => {
      answerJson(response, 400, { error: 'invalid_grant' })
    })
    await expect(requestTokensByRefresh(refreshOptions(url).options)).rejects.toMatchObject({
      code: 'token-refused',
      facts: { grant: 'refresh', error: 'invalid_grant', status: 400 },
    })
    expect(requests).toHaveLength(1)
  })

  test.each([429, 500, 503])('a %i is tried three times, with growing pauses that differ', async (status) => {
    const { url, requests } = await startServer((_request, response) => {
      response.writeHead(status).end()
    })
    const { options, pauses } = refreshOptions(url)
    await expect(requestTokensByRefresh(options)).rejects.toMatchObject({
      code: 'unexpected-answer',
      facts: { status },
    })
    expect(requests).toHaveLength(3)
    expect(pauses).toHaveLength(2)
    expect(pauses[0]).toBeGreaterThanOrEqual(150)
    expect(pauses[0]).toBeLessThan(450)
    expect(pauses[1]).toBeGreaterThanOrEqual(300)
    expect(pauses[1]).toBeLessThan(900)
  })

  test('a server that recovers is good', async () => {
    const { url, requests } = await startServer((_request, response) => {
      if (requests.length < 3) response.writeHead(503).end()
      else answerJson(response, 200, TOKENS)
    })
    const tokens = await requestTokensByRefresh(refreshOptions(url).options)
    expect(tokens.refreshToken?.reveal()).toBe('refresh-2')
  })

  test('E84: Retry-After is honoured, as seconds or as a date of the server', async () => {
    const date = new Date('2030-01-01T00:00:00Z')
    const { url, requests } = await startServer((_request, response) => {
      if (requests.length === 1) response.writeHead(429, { 'Retry-After': '3' }).end()
      else if (requests.length === 2) {
        const later = new Date(date.getTime() + 7_000).toUTCString()
        response.writeHead(503, { Date: date.toUTCString(), 'Retry-After': later }).end()
      } else answerJson(response, 200, TOKENS)
    })
    const { options, pauses } = refreshOptions(url)
    await requestTokensByRefresh(options)
    expect(pauses).toEqual([3_000, 7_000])
  })

  test('a server that wants a long pause is not waited for', async () => {
    const { url, requests } = await startServer((_request, response) => {
      response.writeHead(429, { 'Retry-After': '3600' }).end()
    })
    const { options, pauses } = refreshOptions(url)
    await expect(requestTokensByRefresh(options)).rejects.toMatchObject({ facts: { kind: 'throttled' } })
    expect(requests).toHaveLength(1)
    expect(pauses).toEqual([])
  })

  test('E75: a lost answer is tried once more with the same token', async () => {
    const { url, connections } = await startBreakingServer()
    await expect(requestTokensByRefresh(refreshOptions(url).options)).rejects.toMatchObject({
      code: 'network',
    })
    expect(connections).toHaveLength(2)
  })

  test('a server that cannot be reached is tried three times', async () => {
    const { options, pauses } = refreshOptions(new URL(`http://127.0.0.1:${await freePort()}`))
    await expect(requestTokensByRefresh(options)).rejects.toMatchObject({
      code: 'network',
      facts: { kind: 'connect' },
    })
    expect(pauses).toHaveLength(2)
  })

  test('a pause ends with the reason of the signal', async () => {
    const stop = new AbortController()
    const { url } = await startServer((_request, response) => {
      response.writeHead(503, { 'Retry-After': '10' }).end()
      response.once('close', () => {
        stop.abort(new Error('interrupted'))
      })
    })
    const { signIn, clientSecret, refreshToken, http } = refreshOptions(url).options
    const options = { signIn, clientSecret, refreshToken, http, signal: stop.signal }
    await expect(requestTokensByRefresh(options)).rejects.toThrow('interrupted')
  })
})

describe('revoking', () => {
  test('sends the refresh token and takes an empty 200', async () => {
    const { url, requests } = await startServer((_request, response) => {
      response.writeHead(200).end()
    })
    await requestRevocation({ ...refreshOptions(url).options, clientSecret: new Secret('s') })
    expect(requests[0]).toMatchObject({ method: 'POST', path: '/oauth2/revoke', body: 'token=refresh-1' })
    expect(requests[0]?.headers.authorization).toMatch(/^Basic /)
  })

  test('tells a refusal and a fault', async () => {
    const refusing = await startServer((_request, response) => {
      answerJson(response, 400, { error: 'unsupported_token_type' })
    })
    await expect(requestRevocation(refreshOptions(refusing.url).options)).rejects.toMatchObject({
      code: 'token-refused',
      facts: { grant: 'revoke', error: 'unsupported_token_type' },
    })
    const failing = await startServer((_request, response) => {
      response.writeHead(500).end()
    })
    await expect(requestRevocation(refreshOptions(failing.url).options)).rejects.toMatchObject({
      code: 'unexpected-answer',
      facts: { operation: 'the revocation endpoint' },
    })
  })
})

test('what has no time for another try is not tried again', async () => {
  const throttling = await startServer((_request, response) => {
    response.writeHead(503).end('{}')
  })
  const { options, pauses } = refreshOptions(throttling.url)
  await expect(requestTokensByRefresh({ ...options, hasTimeFor: () => false })).rejects.toMatchObject({
    code: 'unexpected-answer',
  })
  expect(throttling.requests).toHaveLength(1)
  expect(pauses).toEqual([])
})
