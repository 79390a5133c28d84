/**
 * AWS's internet on loopback: the only way out is a proxy that asks for a user name and a password, and behind it one
 * server has every host name there is, each with a certificate of a private authority. What arrives there goes on to an
 * emulator that is a pool with AWS's own issuer. Nothing is looked up, and nothing leaves the machine.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSecureContext, TLSSocket } from 'node:tls'
import type { SecureContext } from 'node:tls'
import { Server as ProxyServer } from 'proxy-chain'
import type { ServerOptions } from 'proxy-chain'
import { expect, onTestFinished } from 'vitest'
import { signInHeadlessly } from '../../src/emulator/headless-browser.ts'
import type { FinalPage } from '../../src/emulator/headless-browser.ts'
import { createAuthority } from '../private-authority.ts'
import type { PrivateAuthority } from '../private-authority.ts'
import { openStation, uniqueText } from './poolkey-process.ts'
import type { Environment, Outcome, Station, StationOptions } from './poolkey-process.ts'

/** Host -> what it was asked, in order: the target or action of an AWS request, method and path of any other. */
export type Asked = Record<string, string[]>

export interface AwsNetwork {
  /** Where the proxy listens. */
  proxyHost: string
  /** The proxy with scheme, user name and password, as a variable names it. */
  proxyUrl: string
  /** The file with the certificate of the authority. */
  caFile: string
  /** What the hosts were asked since the last call; fails unless the proxy opened a way to each of them, and no other. */
  takeAsked: () => Asked
  /** What the proxy was asked since the last call: `CONNECT host:443`, and `, refused` behind it if it did not agree. */
  takeProxyRequests: () => string[]
}

export interface AwsStation extends Station {
  network: AwsNetwork
  /** `login` with a person whose browser has a way of its own to the hosted UI, whose origin is `openedAt`. */
  signInAtAws: (
    words?: string[],
    env?: Environment,
  ) => Promise<Outcome & { page: FinalPage; openedAt: string }>
}

export interface AwsStationOptions extends Omit<StationOptions, 'isOwnHost' | 'secrets'> {
  /** The host of the hosted UI; by default a prefix domain of the region. */
  domain?: string
  /** `https`: the proxy itself speaks TLS, with a certificate of the same authority. */
  proxyProtocol?: 'http' | 'https'
}

/** Options for a guest: no user pool, and one command without a person asks AWS. */
export const GUEST: AwsStationOptions = {
  identityPool: { allowUnauthenticated: true },
  profile: {
    cognito_guest: 'true',
    cognito_user_pool_id: undefined,
    cognito_client_id: undefined,
    cognito_domain: undefined,
    cognito_redirect_uri: undefined,
  },
}

/**
 * A station whose profile has no endpoint, issuer or address of the emulator in it, and whose environment names the
 * proxy and the authority.
 */
export async function openAwsStation(options: AwsStationOptions = {}): Promise<AwsStation> {
  const { region = 'eu-west-1', proxyProtocol = 'http', env = {}, profile = {}, ...rest } = options
  const { userPoolId = `${region}_Emulated1`, domain = `acme.auth.${region}.amazoncognito.com` } = rest
  const authority = await createAuthority()
  const { server, leadTo, takeAsked } = startServer(authority)
  const proxy = await startProxy({ server, authority, protocol: proxyProtocol })
  const caFile = await writeForTest(authority.certificate)

  const station = await openStation({
    issuer: `https://cognito-idp.${region}.amazonaws.com/${userPoolId}`,
    ...rest,
    region,
    userPoolId,
    isOwnHost: () => true,
    env: { HTTPS_PROXY: proxy.url, AWS_CA_BUNDLE: caFile, ...env },
    profile: { endpoint_url: undefined, cognito_issuer: undefined, cognito_domain: domain, ...profile },
    secrets: [{ kind: 'sign-in', name: 'proxy password', value: proxy.password }],
  })
  const { origin, user } = station.emulator
  leadTo(origin)

  return {
    ...station,
    network: {
      proxyHost: proxy.host,
      proxyUrl: proxy.url,
      caFile,
      takeProxyRequests: proxy.takeRequests,
      takeAsked: () => {
        const asked = takeAsked()
        const ways = Object.keys(asked).map((host) => `CONNECT ${host}:443`)
        expect([...new Set(proxy.takeRequests())].sort(), 'what the proxy was asked').toEqual(ways.sort())
        return asked
      },
    },
    signInAtAws: async (words = [], changes = {}) => {
      const login = station.start(
        ['login', '--profile', 'dev', '--no-browser', '--no-input', ...words],
        changes,
      )
      const url = await login.signInUrl()
      const authorizeUrl = `${origin}${url.pathname}${url.search}`
      const page = await signInHeadlessly({ authorizeUrl, ...user })
      return { ...(await login.ended), page, openedAt: url.origin }
    },
  }
}

/** The server behind every name. It listens nowhere: the proxy hands it connections, and it leads to an emulator. */
function startServer(authority: PrivateAuthority) {
  let origin = ''
  let asked: Asked = {}
  const contexts = new Map<string, Promise<SecureContext>>()
  const contextOf = (host: string) => {
    const context = contexts.get(host) ?? authority.certify(host).then(createSecureContext)
    contexts.set(host, context)
    return context
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request)
    const { host = '' } = request.headers
    const certified = request.socket instanceof TLSSocket ? request.socket.servername : undefined
    const place = host === certified ? host : `${host} at ${String(certified)}`
    asked[place] = [...(asked[place] ?? []), whatIsAsked(request, body)]
    // The Host header stays as it is: it is part of what AWS's signatures cover.
    const onward = httpRequest(
      `${origin}${request.url ?? '/'}`,
      { method: request.method, headers: request.headers },
      (received) => {
        response.writeHead(received.statusCode ?? 502, received.headers)
        received.pipe(response)
      },
    )
    onward.on('error', (error) => response.destroy(error))
    onward.end(body)
  }

  const server = createHttpsServer(
    {
      SNICallback: (host, done) => {
        contextOf(host).then((context) => {
          done(null, context)
        }, done)
      },
    },
    (request, response) => {
      answer(request, response).catch((error: unknown) => {
        response.destroy(error instanceof Error ? error : undefined)
      })
    },
  )
  const takeAsked = () => {
    const taken = asked
    asked = {}
    return taken
  }
  const leadTo = (emulator: string) => {
    origin = emulator
  }
  return { server, leadTo, takeAsked }
}

/** A proxy that lets one user through, and connects every host name with `server`. */
async function startProxy(options: {
  server: Server
  authority: PrivateAuthority
  protocol: 'http' | 'https'
}) {
  const { server, authority, protocol } = options
  const user = 'proxy-user'
  // Odd enough to need escaping in a URL.
  const password = `p@ss:w/rd ${uniqueText()}`
  let requests: string[] = []
  const settings = {
    host: '127.0.0.1',
    port: 0,
    prepareRequestFunction: ({ request, isHttp, ...given }) => {
      const isUser = given.username === user && given.password === password
      requests.push(`${request.method ?? ''} ${request.url ?? ''}${isUser ? '' : ', refused'}`)
      return {
        requestAuthentication: !isUser,
        customConnectServer: server,
        // Without a tunnel it would go out and fetch what it is asked for.
        ...(isHttp ? { customResponseFunction: () => ({ statusCode: 501 }) } : {}),
      }
    },
  } satisfies ServerOptions
  const proxy = new ProxyServer(
    protocol === 'http'
      ? settings
      : { ...settings, serverType: protocol, httpsOptions: await authority.certify('localhost') },
  )
  await proxy.listen()
  onTestFinished(() => proxy.close(true))

  const host = `${protocol === 'https' ? 'localhost' : '127.0.0.1'}:${proxy.port}`
  const takeRequests = () => {
    const taken = requests
    requests = []
    return taken
  }
  return {
    host,
    password,
    url: `${protocol}://${user}:${encodeURIComponent(password)}@${host}`,
    takeRequests,
  }
}

/** A file outside of every HOME, for the running test. */
async function writeForTest(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'poolkey-network-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const file = join(folder, 'ca.pem')
  await writeFile(file, text)
  return file
}

function whatIsAsked({ method = '', url = '', headers }: IncomingMessage, body: Buffer): string {
  const target = headers['x-amz-target']
  if (typeof target === 'string') return target.slice(target.indexOf('.') + 1)
  return new URLSearchParams(body.toString()).get('Action') ?? `${method} ${url}`
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks)
}
