import { describe, expect, test } from 'vitest'
import { freePort } from '../sign-in/support/server.ts'
import { GUEST, openAwsStation } from './aws-network.ts'
import type { Asked, AwsStation, AwsStationOptions } from './aws-network.ts'
import { answerOf, openStation, untilExpired } from './poolkey-process.ts'
import type { Environment } from './poolkey-process.ts'

const CREDENTIALS = ['credential-process', '--profile', 'dev']
const DOMAIN = 'acme.auth.eu-west-1.amazoncognito.com'
const KEYS = 'cognito-idp.eu-west-1.amazonaws.com'
const IDENTITY_POOL = 'cognito-identity.eu-west-1.amazonaws.com'
const STS = 'sts.eu-west-1.amazonaws.com'

/** The proxy with a password that is wrong, yet holds the one that the sweep looks for. */
function wrongProxyUrl({ network }: AwsStation): string {
  return network.proxyUrl.replace(`@${network.proxyHost}`, `-wrong@${network.proxyHost}`)
}

/** The two lines of an error. */
function errorOf(stderr: string): string {
  return /^poolkey: error: .*\npoolkey: fix: .*\n/m.exec(stderr)?.[0] ?? stderr
}

describe('through a proxy and under a private authority', () => {
  test('B44: each host is asked for its own, by one request of each kind', async () => {
    const station = await openAwsStation()
    const { network, emulator } = station
    const login = await station.signInAtAws()
    expect(login).toMatchObject({ code: 0, stdout: '', openedAt: `https://${DOMAIN}` })
    expect(network.takeAsked()).toEqual({
      [DOMAIN]: ['POST /oauth2/token'],
      [KEYS]: [`GET /${emulator.userPoolId}/.well-known/jwks.json`],
      [IDENTITY_POOL]: ['GetId', 'GetCredentialsForIdentity'],
    })

    answerOf(await station.run(CREDENTIALS))
    expect(network.takeAsked()).toEqual({})

    station.configure({ cognito_role_arn: emulator.roles.editor })
    answerOf(await station.run(CREDENTIALS))
    expect(network.takeAsked()).toEqual({ [IDENTITY_POOL]: ['GetCredentialsForIdentity'] })

    const whoami = await station.run(['whoami', '--profile', 'dev', '--debug'])
    expect(whoami.stdout).toContain('assumed-role/PoolkeyEditor/CognitoIdentityCredentials')
    expect(whoami.stderr).toContain(`debug: GetCallerIdentity at ${STS}: HTTP 200`)
    expect(network.takeAsked()).toEqual({ [STS]: ['GetCallerIdentity'] })
  })

  test('a refresh and the revocation of a logout go the same way', async () => {
    const station = await openAwsStation({ idTokenSeconds: 2, credentialsSeconds: 2 })
    const { network, emulator } = station
    await station.signInAtAws()
    const first = answerOf(await station.run(CREDENTIALS))
    network.takeAsked()

    await untilExpired(first)
    emulator.settings.idTokenSeconds = 3600
    const before = emulator.count('token:refresh_token')
    answerOf(await station.run(CREDENTIALS))
    expect(emulator.count('token:refresh_token')).toBe(before + 1)
    expect(network.takeAsked()).toEqual({
      [DOMAIN]: ['POST /oauth2/token'],
      [IDENTITY_POOL]: ['GetCredentialsForIdentity'],
    })

    expect(await station.run(['logout', '--profile', 'dev'])).toMatchObject({ code: 0, stdout: '' })
    expect(network.takeAsked()).toEqual({ [DOMAIN]: ['POST /oauth2/revoke'] })
    expect(emulator.count('revoke')).toBe(1)
  })

  test.each<[string, AwsStationOptions, Asked]>([
    [
      'basic',
      {
        identityPool: { allowClassicFlow: true, roleMapping: { kind: 'none' } },
        profile: {
          cognito_exchange: 'basic',
          cognito_role_arn: 'arn:aws:iam::111122223333:role/PoolkeyAuthenticated',
        },
      },
      { [IDENTITY_POOL]: ['GetId', 'GetOpenIdToken'], [STS]: ['AssumeRoleWithWebIdentity'] },
    ],
    [
      'web-identity with a second role behind it',
      {
        profile: {
          cognito_identity_pool_id: undefined,
          cognito_role_arn: 'arn:aws:iam::111122223333:role/PoolkeyWebIdentity',
          cognito_chain_role_arn: 'arn:aws:iam::444455556666:role/PoolkeyChained',
        },
      },
      { [STS]: ['AssumeRoleWithWebIdentity', 'AssumeRole'] },
    ],
  ])('so does the exchange %s', async (_name, options, exchange) => {
    const station = await openAwsStation(options)
    expect(await station.signInAtAws()).toMatchObject({ code: 0 })
    expect(station.network.takeAsked()).toEqual({
      [DOMAIN]: ['POST /oauth2/token'],
      [KEYS]: [`GET /${station.emulator.userPoolId}/.well-known/jwks.json`],
      ...exchange,
    })
  })

  test('a proxy that speaks TLS itself is trusted by the same authority', async () => {
    const station = await openAwsStation({ ...GUEST, proxyProtocol: 'https' })
    answerOf(await station.run(CREDENTIALS))
    expect(Object.keys(station.network.takeAsked())).toEqual([IDENTITY_POOL])
    const { caFile } = station.network
    const whoami = await station.run(['whoami', '--profile', 'dev'], {
      AWS_CA_BUNDLE: undefined,
      NODE_EXTRA_CA_CERTS: caFile,
    })
    expect(whoami).toMatchObject({ code: 0, stderr: '' })
    expect(Object.keys(station.network.takeAsked())).toEqual([STS])
  })

  // As curl, Go and botocore (ProxyConfiguration) read it.
  test('a proxy that is named without a scheme is spoken to in HTTP', async () => {
    const station = await openAwsStation(GUEST)
    const { network } = station
    answerOf(await station.run(CREDENTIALS, { HTTPS_PROXY: network.proxyUrl.replace('http://', '') }))
    expect(Object.keys(network.takeAsked())).toEqual([IDENTITY_POOL])
  })
})

describe('a proxy that does not let it through', () => {
  test.each<[string, (station: AwsStation) => string]>([
    ['a wrong password', wrongProxyUrl],
    ['no password', ({ network }) => `http://${network.proxyHost}`],
  ])('is named with a fix, and its password is not: %s', async (_name, proxyOf) => {
    const station = await openAwsStation()
    const login = await station.signInAtAws(['--debug'], { HTTPS_PROXY: proxyOf(station) })
    expect(login).toMatchObject({ code: 6, stdout: '' })
    expect(errorOf(login.stderr)).toBe(
      `poolkey: error: the proxy did not connect to ${DOMAIN} for the token endpoint (the proxy answered HTTP 407)\n` +
        'poolkey: fix: check HTTPS_PROXY and NO_PROXY\n',
    )
    expect(station.network.takeProxyRequests()).toEqual([`CONNECT ${DOMAIN}:443, refused`])
  })

  test('ends a credential process with 6 and two lines as well', async () => {
    const station = await openAwsStation(GUEST)
    const outcome = await station.run(CREDENTIALS, {
      HTTPS_PROXY: wrongProxyUrl(station),
    })
    expect(outcome).toMatchObject({ code: 6, stdout: '' })
    expect(outcome.stderr).toBe(errorOf(outcome.stderr))
    expect(outcome.stderr).toContain(`the proxy did not connect to ${IDENTITY_POOL} for GetId`)
    // Asked once: a proxy may lock out who repeats a wrong password.
    expect(station.network.takeProxyRequests()).toEqual([`CONNECT ${IDENTITY_POOL}:443, refused`])
  })

  test('is told apart from one that does not listen, which ends with 6 at once', async () => {
    const { run } = await openAwsStation(GUEST)
    const outcome = await run(CREDENTIALS, { HTTPS_PROXY: `http://127.0.0.1:${await freePort()}` })
    expect(outcome).toMatchObject({ code: 6, stdout: '' })
    expect(outcome.stderr).toContain('(ECONNREFUSED)')
    expect(outcome.stderr).toContain('HTTPS_PROXY')
    expect(outcome.ms).toBeLessThan(5_000)
  })
})

describe('a proxy that is not to be asked', () => {
  // RFC 6761 section 6.4: no name under .invalid exists.
  test('is not asked for the hosts in NO_PROXY, which are then looked up in vain', async () => {
    const station = await openAwsStation({
      domain: 'auth.corp.invalid',
      issuer: 'https://idp.corp.invalid/eu-west-1_Emulated1',
      profile: { cognito_issuer: 'https://idp.corp.invalid/eu-west-1_Emulated1' },
    })
    const through = await station.signInAtAws()
    expect(through).toMatchObject({ code: 0 })
    expect(Object.keys(station.network.takeAsked())).toEqual(
      expect.arrayContaining(['auth.corp.invalid', 'idp.corp.invalid']),
    )

    const login = await station.signInAtAws(['--force'], { NO_PROXY: '.corp.invalid' })
    expect(login).toMatchObject({ code: 6, stdout: '' })
    expect(login.stderr).toMatch(
      /cannot find the host auth\.corp\.invalid for the token endpoint \((ENOTFOUND|EAI_AGAIN)\)/,
    )
    expect(login.ms).toBeLessThan(10_000)
    expect(station.network.takeProxyRequests()).toEqual([])
  })

  test('is asked for a host that NO_PROXY does not name', async () => {
    const station = await openAwsStation({ ...GUEST, env: { NO_PROXY: 'localhost,.other.invalid' } })
    station.configure({ endpoint_url: 'https://aws.corp.invalid' })
    answerOf(await station.run(CREDENTIALS))
    expect(Object.keys(station.network.takeAsked())).toEqual(['aws.corp.invalid'])
  })

  // The last form is that of curl, Go and botocore: a domain stands for everything below it.
  test.each(['aws.corp.invalid', '.corp.invalid', '*.corp.invalid', 'localhost, corp.invalid'])(
    'is not asked for the services in NO_PROXY=%s',
    async (hosts) => {
      const station = await openAwsStation({ ...GUEST, env: { NO_PROXY: hosts } })
      station.configure({ endpoint_url: 'https://aws.corp.invalid' })
      const outcome = await station.run(CREDENTIALS)
      expect(station.network.takeProxyRequests()).toEqual([])
      expect(outcome).toMatchObject({ code: 6, stdout: '' })
      expect(outcome.stderr).toContain('cannot find the host aws.corp.invalid for GetId')
      expect(outcome.ms).toBeLessThan(10_000)
    },
  )

  test('B44: is not asked for the callback or for endpoints on loopback, whatever the environment says', async () => {
    const { network } = await openAwsStation()
    const everything: Environment = {}
    for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY']) {
      everything[name] = network.proxyUrl
      everything[name.toLowerCase()] = network.proxyUrl
    }
    const station = await openStation({ env: everything })
    const login = await station.signIn()
    expect([login.code, login.page.status]).toEqual([0, 200])
    answerOf(await station.run(CREDENTIALS))
    expect(await station.run(['whoami', '--profile', 'dev'])).toMatchObject({ code: 0 })
    expect(await station.run(['logout', '--profile', 'dev'])).toMatchObject({ code: 0 })
    expect(network.takeProxyRequests()).toEqual([])
  })
})

describe('a private authority', () => {
  const untold = { AWS_CA_BUNDLE: undefined }

  test.each<[string, (station: AwsStation) => { env?: Environment; profile?: Environment }]>([
    ['AWS_CA_BUNDLE', ({ network }) => ({ env: { AWS_CA_BUNDLE: network.caFile } })],
    ["the profile's ca_bundle", ({ network }) => ({ profile: { ca_bundle: network.caFile } })],
    ['NODE_EXTRA_CA_CERTS', ({ network }) => ({ env: { NODE_EXTRA_CA_CERTS: network.caFile } })],
  ])('is trusted when %s names it, and by that alone', async (_name, tell) => {
    const station = await openAwsStation({ env: untold })
    const { env = {}, profile = {} } = tell(station)
    station.configure(profile)
    expect(await station.signInAtAws([], env)).toMatchObject({ code: 0 })
    expect(Object.keys(station.network.takeAsked()).sort()).toEqual([DOMAIN, IDENTITY_POOL, KEYS].sort())
    const whoami = await station.run(['whoami', '--profile', 'dev'], env)
    expect(whoami).toMatchObject({ code: 0, stderr: '' })
    expect(station.network.takeAsked()).toEqual({ [STS]: ['GetCallerIdentity'] })
  })

  test('that nobody named ends with 6 and a fix that names AWS_CA_BUNDLE', async () => {
    const station = await openAwsStation({ env: untold })
    const login = await station.signInAtAws()
    expect(login).toMatchObject({ code: 6, stdout: '' })
    expect(errorOf(login.stderr)).toBe(
      `poolkey: error: no trusted connection to ${DOMAIN} for the token endpoint (UNABLE_TO_VERIFY_LEAF_SIGNATURE)\n` +
        'poolkey: fix: if your network has its own certificate authority, name its file in AWS_CA_BUNDLE\n',
    )
    // The tunnel was there; nothing was said in it.
    expect(station.network.takeProxyRequests()).toEqual([`CONNECT ${DOMAIN}:443`])
    expect(station.network.takeAsked()).toEqual({})
  })
})
