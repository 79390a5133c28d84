/** Asks a container-credentials endpoint as an SDK does. */
import { request } from 'node:http'
import { connect } from 'node:net'
import { onTestFinished } from 'vitest'
import { until } from './poolkey-process.ts'
import type { Environment, Running, Station } from './poolkey-process.ts'

export interface EndpointAnswer {
  status: number
  body: string
  /** From the request to the end of the answer. */
  ms: number
}

export interface ContainerCredentials {
  AccessKeyId: string
  SecretAccessKey: string
  Token: string
  Expiration: string
  AccountId?: string
}

/** Where an endpoint is, and what it wants to see. */
export interface Door {
  uri: string
  token: string
}

/** Whether somebody listens at the port of an endpoint, which may be another one's by now. */
export function isOpen({ uri }: Pick<Door, 'uri'>): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(uri).port), '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => {
      resolve(false)
    })
  })
}

/** One GET, on a connection of its own. Rejects when there is no answer. */
export function askEndpoint(
  { uri, token }: Door,
  headers: Record<string, string> = {},
): Promise<EndpointAnswer> {
  return new Promise((resolve, reject) => {
    const startedMs = performance.now()
    const asked = request(
      uri,
      { agent: false, headers: { Authorization: token, ...headers } },
      (response) => {
        let body = ''
        response.setEncoding('utf8')
        response.on('data', (text: string) => (body += text))
        response.on('error', reject)
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, body, ms: performance.now() - startedMs })
        })
      },
    )
    asked.on('error', reject)
    asked.end()
  })
}

export async function credentialsAt(door: Door): Promise<ContainerCredentials> {
  const { status, body } = await askEndpoint(door)
  if (status !== 200) throw new Error(`HTTP ${status}: ${body}`)
  return JSON.parse(body) as ContainerCredentials
}

/** What `export NAME='value'` lines set. */
export function exportedBy(statements: string): Record<string, string> {
  return Object.fromEntries(
    [...statements.matchAll(/^export (\w+)='([^']*)'$/gm)].map(([, name, value]) => [name!, value!]),
  )
}

export interface Serving extends Running, Door {
  variables: Record<string, string>
}

/** `serve` for the profile `dev`, from when it says that it serves; killed when the test ends, if it still runs. */
export async function startServing(
  station: Station,
  words: string[] = [],
  env: Environment = {},
): Promise<Serving> {
  const running = station.start(['serve', '--profile', 'dev', ...words], env)
  onTestFinished(() => {
    running.child.kill('SIGKILL')
  })
  const early = running.ended.then((outcome) => {
    throw new Error(`serve ended: ${outcome.stderr}`)
  })
  await Promise.race([until(() => running.said().stderr.includes('Ctrl-C')), early])
  early.catch(() => undefined)
  const variables = exportedBy(running.said().stdout)
  return {
    ...running,
    variables,
    uri: variables['AWS_CONTAINER_CREDENTIALS_FULL_URI'] ?? '',
    token: variables['AWS_CONTAINER_AUTHORIZATION_TOKEN'] ?? '',
  }
}
