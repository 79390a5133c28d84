import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { Emulator } from '../../src/emulator/emulator.ts'
import type { Fault } from '../../src/emulator/faults.ts'
import { PoolkeyError } from '../../src/errors/poolkey-error.ts'
import { createIdentityPoolClient } from '../../src/exchange/identity-pool.ts'
import { createSecurityTokenClient } from '../../src/exchange/security-token.ts'
import { Secret } from '../../src/secret.ts'
import { emulatorForTest } from '../emulator/emulated-sign-in.ts'
import { openHttp } from './emulated-profile.ts'

const NEVER = new AbortController().signal
const CREDENTIALS = {
  accessKeyId: 'ASIAABCDEFGHIJKLMNOP',
  secretAccessKey: new Secret('secret-key'),
  sessionToken: new Secret('session-token'),
  expiration: new Date('2026-11-21T11:00:00Z'),
  accountId: undefined,
  roleArn: undefined,
}

interface Call {
  operation: string
  service: string
  request: (emulator: Emulator, signal?: AbortSignal) => Promise<unknown>
}

function placeOf(emulator: Emulator) {
  const { region, origin } = emulator
  return { region, endpoint: new URL(origin), useFips: false, useDualstack: false }
}

// One operation of each protocol: AWS JSON and AWS query, and one that is signed.
const GET_ID: Call = {
  operation: 'GetId',
  service: 'identity pool',
  request: (emulator, signal = NEVER) =>
    createIdentityPoolClient(placeOf(emulator), openHttp({ requestTimeoutMs: 300 })).requestIdentityId({
      poolId: emulator.identityPoolId,
      logins: undefined,
      signal,
    }),
}
const ASSUME_WITH_TOKEN: Call = {
  operation: 'AssumeRoleWithWebIdentity',
  service: 'STS',
  request: (emulator, signal = NEVER) =>
    createSecurityTokenClient(
      placeOf(emulator),
      openHttp({ requestTimeoutMs: 300 }),
    ).assumeRoleWithWebIdentity({
      roleArn: emulator.roles.webIdentity,
      sessionName: 'somebody',
      durationSeconds: 3600,
      policy: undefined,
      policyArns: [],
      token: new Secret('not.a.token'),
      signal,
    }),
}
const CALLER: Call = {
  operation: 'GetCallerIdentity',
  service: 'STS',
  request: (emulator, signal = NEVER) =>
    createSecurityTokenClient(placeOf(emulator), openHttp({ requestTimeoutMs: 300 })).requestCallerIdentity({
      credentials: CREDENTIALS,
      signal,
    }),
}
const CALLS = [GET_ID, ASSUME_WITH_TOKEN, CALLER]

async function failureAt(call: Call, fault?: Fault, times = Number.POSITIVE_INFINITY) {
  const emulator = await emulatorForTest()
  if (fault) emulator.faults.set(call.operation, fault, times)
  const error: unknown = await call.request(emulator).then(
    () => 'it did not fail',
    (failure: unknown) => failure,
  )
  if (!(error instanceof PoolkeyError)) throw new Error('not our error', { cause: error })
  return { code: String(error.code), facts: error.facts as unknown, tries: emulator.count(call.operation) }
}

describe.each(CALLS)('what $operation fails with', (call) => {
  const { operation } = call

  test.each<[string, Fault, object]>([
    ['an internal error', { kind: 'server-error' }, { kind: 'server-error', status: 500, operation }],
    ['throttling', { kind: 'throttled' }, { kind: 'throttled', operation }],
    ['HTTP 429', { kind: 'answer', status: 429, body: 'slow down' }, { kind: 'throttled', status: 429 }],
    ['a web page with 502', { kind: 'html', status: 502 }, { kind: 'server-error', status: 502 }],
  ])('%s, after three tries', async (_name, fault, facts) => {
    expect(await failureAt(call, fault)).toMatchObject({ code: 'unexpected-answer', facts, tries: 3 })
  })

  test.each<[string, Fault, object]>([
    ["a firewall's web page", { kind: 'html', status: 403 }, { kind: 'firewall', status: 403, operation }],
    ['a web page with 200', { kind: 'html', status: 200 }, { kind: 'not-the-protocol', operation }],
    ['a web page with 404', { kind: 'html', status: 404 }, { kind: 'not-the-protocol', status: 404 }],
    ['an empty 200', { kind: 'answer', status: 200 }, { kind: 'not-the-protocol' }],
    ['JSON of another kind', { kind: 'answer', status: 200, body: '[1]' }, { kind: 'not-the-protocol' }],
    [
      'a redirect',
      { kind: 'redirect', location: 'http://portal.example/', status: 307 },
      { kind: 'redirect', status: 307, operation },
    ],
  ])('%s, at once', async (_name, fault, facts) => {
    expect(await failureAt(call, fault)).toMatchObject({ code: 'unexpected-answer', facts, tries: 1 })
  })

  test.each<[string, Fault, object]>([
    ['a broken connection', { kind: 'reset' }, { kind: 'reset', operation }],
    ['half an answer', { kind: 'half' }, { kind: 'reset', operation }],
    ['silence', { kind: 'silence' }, { kind: 'timeout', operation, detail: 'no answer within 0.3 s' }],
  ])('%s, after at most three tries', async (_name, fault, facts) => {
    const failure = await failureAt(call, fault)
    expect(failure).toMatchObject({ code: 'network', facts })
    expect(failure.tries).toBeLessThanOrEqual(3)
  })

  test('a refusal in the words of the service, at once', async () => {
    const failure = await failureAt(call)
    expect(failure).toMatchObject({
      code: 'service-refused',
      facts: {
        service: call.service,
        operation,
        name: expect.stringMatching(/^[A-Z]\w+$/) as unknown,
        message: expect.stringMatching(/\w/) as unknown,
      },
      tries: 1,
    })
  })

  test('nothing when it fails twice and then does not', async () => {
    for (const fault of [
      { kind: 'server-error' },
      { kind: 'throttled' },
      { kind: 'reset' },
    ] satisfies Fault[]) {
      const failure = await failureAt(call, fault, 2)
      expect(failure).toMatchObject({ code: 'service-refused', tries: 3 })
    }
  })
})

describe('a service that quotes what it was sent', () => {
  const TOKEN = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJDYW5hcnkifQ.c2lnbmF0dXJl'
  const OPAQUE = { ...CREDENTIALS, sessionToken: new Secret('Canary/session+token==') }

  /** Answers in the protocol of the request with its body and headers for a message. */
  async function startEcho(status: number): Promise<URL> {
    const server = createServer((request, response) => {
      let said = JSON.stringify(request.headers)
      request.setEncoding('utf8').on('data', (text: string) => (said += decodeURIComponent(text) + text))
      request.once('end', () => {
        const isJson = request.headers['x-amz-target'] !== undefined
        const text = said.replaceAll(/[<>&]/g, ' ')
        const json = { __type: 'ValidationException', message: said }
        const xml = `<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>${text}</Message></Error></ErrorResponse>`
        response.writeHead(status, { 'Content-Type': isJson ? 'application/x-amz-json-1.1' : 'text/xml' })
        response.end(isJson ? JSON.stringify(json) : xml)
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
    return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  }

  test.each([400, 500])('with HTTP %i does not bring a token or a key into an error', async (status) => {
    const place = {
      region: 'eu-west-1',
      endpoint: await startEcho(status),
      useFips: false,
      useDualstack: false,
    }
    const logins = { provider: new Secret(TOKEN) }
    const role = { roleArn: 'arn:aws:iam::111122223333:role/a', sessionName: 'a', durationSeconds: 900 }
    const pool = createIdentityPoolClient(place, openHttp())
    const sts = createSecurityTokenClient(place, openHttp())
    const session = { ...role, credentials: OPAQUE, externalId: undefined, signal: NEVER }
    const withToken = { ...role, policy: undefined, policyArns: [], signal: NEVER }
    const asked = [
      pool.requestIdentityId({ poolId: 'eu-west-1:a', logins, signal: NEVER }),
      pool.requestCredentials({ identityId: 'eu-west-1:a', logins, roleArn: undefined, signal: NEVER }),
      pool.requestOpenIdToken({ identityId: 'eu-west-1:a', logins, signal: NEVER }),
      sts.assumeRoleWithWebIdentity({ ...withToken, token: new Secret(TOKEN) }),
      sts.assumeRoleWithWebIdentity({ ...withToken, token: new Secret('Canary/opaque+token==') }),
      sts.assumeRole(session),
      sts.requestCallerIdentity(session),
    ]
    for (const outcome of await Promise.allSettled(asked)) {
      const error: unknown = outcome.status === 'rejected' ? outcome.reason : outcome
      if (!(error instanceof PoolkeyError)) throw new Error('not our error', { cause: error })
      expect(error.code).toBe(status === 400 ? 'service-refused' : 'unexpected-answer')
      const facts = JSON.stringify(error.facts)
      expect(facts).toContain('[redacted]')
      expect(facts).not.toMatch(/eyJ|Canary/)
    }
  })
})

describe('an aborted call', () => {
  test.each<[string, Fault]>([
    ['while the service is silent', { kind: 'silence' }],
    ['while it waits to try again', { kind: 'throttled', retryAfterSeconds: 15 }],
  ])('%s ends at once with the reason', async (_name, fault) => {
    for (const call of CALLS) {
      const emulator = await emulatorForTest()
      emulator.faults.set(call.operation, fault, Number.POSITIVE_INFINITY)
      const controller = new AbortController()
      const reason = new PoolkeyError('deadline-exceeded', { waitedFor: 'an answer', seconds: 50 })
      const asked = call.request(emulator, controller.signal)
      const outcome = expect(asked).rejects.toBe(reason)
      await untilAnswered(emulator, fault)
      const abortedAt = performance.now()
      controller.abort(reason)
      await outcome
      expect(performance.now() - abortedAt).toBeLessThan(150)
    }
  })

  test('that was aborted before is never sent', async () => {
    const emulator = await emulatorForTest()
    const reason = new PoolkeyError('interrupted', { signal: 'SIGINT' })
    for (const call of CALLS) {
      await expect(call.request(emulator, AbortSignal.abort(reason))).rejects.toBe(reason)
    }
    expect(emulator.requests).toEqual([])
  })
})

async function untilAnswered(emulator: Emulator, fault: Fault): Promise<void> {
  await vi.waitUntil(
    () => emulator.requests.length > 0 && (fault.kind === 'silence' || emulator.requests[0]!.status > 0),
    { interval: 5 },
  )
}

test('nothing of the environment reaches a call: no profile, endpoint, credentials or region', async () => {
  const emulator = await emulatorForTest({ identityPool: { allowUnauthenticated: true } })
  const elsewhere = await emulatorForTest()
  const hostile = {
    AWS_PROFILE: 'does-not-exist',
    AWS_CONFIG_FILE: '/nonexistent/config',
    AWS_SHARED_CREDENTIALS_FILE: '/nonexistent/credentials',
    AWS_ENDPOINT_URL: elsewhere.origin,
    AWS_ENDPOINT_URL_STS: elsewhere.origin,
    AWS_ENDPOINT_URL_COGNITO_IDENTITY: elsewhere.origin,
    AWS_ACCESS_KEY_ID: 'AKIAHOSTILEHOSTILE00',
    AWS_SECRET_ACCESS_KEY: 'hostile',
    AWS_SESSION_TOKEN: 'hostile',
    AWS_REGION: 'us-gov-west-1',
    AWS_USE_FIPS_ENDPOINT: 'true',
    AWS_USE_DUALSTACK_ENDPOINT: 'true',
    AWS_MAX_ATTEMPTS: '1',
    AWS_RETRY_MODE: 'hostile',
    AWS_DEFAULTS_MODE: 'hostile',
    AWS_SDK_UA_APP_ID: 'hostile',
  }
  setEnvironment(hostile)
  emulator.faults.set('GetId', { kind: 'server-error' }, 2)
  await expect(GET_ID.request(emulator)).resolves.toMatch(/^eu-west-1:/)
  await expect(ASSUME_WITH_TOKEN.request(emulator)).rejects.toMatchObject({ code: 'service-refused' })
  await expect(CALLER.request(emulator)).rejects.toMatchObject({ code: 'service-refused' })
  expect(elsewhere.requests).toEqual([])
  const sent = JSON.stringify(emulator.requests.map(({ headers, body }) => [headers, body]))
  expect(sent).not.toMatch(/hostile|us-gov/i)
  expect(emulator.requests.map(({ headers }) => headers['authorization'])).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
    expect.stringContaining(`Credential=${CREDENTIALS.accessKeyId}/`),
  ])
})

function setEnvironment(variables: Record<string, string>): void {
  const before = Object.fromEntries(Object.keys(variables).map((name) => [name, process.env[name]]))
  onTestFinished(() => {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) Reflect.deleteProperty(process.env, name)
      else process.env[name] = value
    }
  })
  Object.assign(process.env, variables)
}
