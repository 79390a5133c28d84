import { createServer } from 'node:http'
import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import { connect, createServer as createTcpServer } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import { onTestFinished } from 'vitest'

export interface RecordedRequest {
  method: string
  path: string
  headers: IncomingHttpHeaders
  body: string
}

/** An HTTP server on a free port of 127.0.0.1 that records what it is asked; closed when the test ends. */
export async function startServer(
  answer: (request: RecordedRequest, response: ServerResponse) => void | Promise<void>,
): Promise<{ url: URL; requests: RecordedRequest[] }> {
  const requests: RecordedRequest[] = []
  const server = createServer((incoming, response) => {
    let body = ''
    incoming.setEncoding('utf8')
    incoming.on('data', (chunk: string) => (body += chunk))
    incoming.on('end', () => {
      const { method = '', url: path = '', headers } = incoming
      const request = { method, path, headers, body }
      requests.push(request)
      void answer(request, response)
    })
  })
  await listen(server, '127.0.0.1', 0)
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`), requests }
}

export function answerJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json;charset=UTF-8' }).end(JSON.stringify(body))
}

export function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port, exclusive: true, ipv6Only: host === '::1' }, () => {
      resolve()
    })
  })
}

export function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve()
    })
  })
}

/** A port that is free on both loopback families at this moment. */
export async function freePort(): Promise<number> {
  for (;;) {
    const first = createTcpServer()
    const second = createTcpServer()
    await listen(first, '127.0.0.1', 0)
    const { port } = first.address() as AddressInfo
    const isFree = await listen(second, '::1', port).then(
      () => true,
      () => false,
    )
    await closed(first)
    if (isFree) await closed(second)
    if (isFree) return port
  }
}

/** Another program that holds a port until the test ends. */
export async function occupy(host: string, port: number): Promise<void> {
  const server = createTcpServer()
  await listen(server, host, port)
  onTestFinished(() => closed(server))
}

/** Sends bytes as they are and resolves with everything that came back when the other side closed. */
export function rawExchange(port: number, bytes: string | Buffer, host = '127.0.0.1'): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, host)
    let received = ''
    socket.setEncoding('latin1')
    socket.on('data', (chunk: string) => (received += chunk))
    socket.on('error', () => undefined)
    socket.on('close', () => {
      resolve(received)
    })
    socket.write(bytes)
  })
}

/** One GET with a header block of one's own. */
export function rawGet(port: number, target: string, headers = `Host: localhost:${port}`): Promise<string> {
  return rawExchange(port, `GET ${target} HTTP/1.1\r\n${headers}\r\nConnection: close\r\n\r\n`)
}

export function statusOf(answer: string): number {
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1])
}
