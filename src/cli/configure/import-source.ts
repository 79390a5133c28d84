/** What `configure import` is to read: a file, stdin (`-`), or an address. Bounded in size, and text in the end. */
import { closeSync, constants, createReadStream, fstatSync, openSync, statSync } from 'node:fs'
import { Socket } from 'node:net'
import { errnoOf } from '../../errno.ts'
import { PoolkeyError } from '../../errors/poolkey-error.ts'
import type { Http } from '../../http/http.ts'
import type { HttpAnswer } from '../../http/one-request.ts'
import { isLoopbackHost } from '../../loopback/loopback-host.ts'
import type { Needs } from '../context.ts'
import { readNamedPipe } from './named-pipe.ts'

const MOST_BYTES = 5 * 1024 * 1024
const MOST_REDIRECTS = 3

/** What was read, as text. */
export interface ImportSource {
  /** What it is called in messages: never the query of an address, which may be a signature. */
  name: string
  text: string
}

/** Reads a source. Throws `import-unusable`, `usage`, `network`, `unexpected-answer`, or the signal's reason. */
export async function readImportSource(
  context: Needs<'terminal' | 'openHttp' | 'interrupted'>,
  source: string,
): Promise<ImportSource> {
  const { terminal, interrupted } = context
  if (source === '-') {
    const bytes = await terminal.readInput(MOST_BYTES, interrupted)
    return { name: 'stdin', text: textOf(bytes, 'stdin') }
  }
  if (!/^[a-z][a-z0-9+.-]+:\/\//i.test(source)) {
    return { name: source, text: textOf(await readFileBytes(source, interrupted), source) }
  }
  const url = addressOf(source)
  const http = context.openHttp({ caBundle: undefined })
  try {
    const bytes = await requestBytes(http, url, interrupted)
    return { name: nameOf(url), text: textOf(bytes, nameOf(url)) }
  } finally {
    http.close()
  }
}

/** Throws `usage` for an address that others could read along, or answer. */
function addressOf(source: string): URL {
  const url = URL.canParse(source) ? new URL(source) : undefined
  if (!url || !isSafe(url)) {
    throw new PoolkeyError('usage', {
      problem: 'what is to be imported is no address that can be trusted',
      fix: 'give an https:// address without user name (http:// only for a loopback host), a file, or - for stdin',
    })
  }
  return url
}

function isSafe(url: URL): boolean {
  const isOwn = url.protocol === 'http:' && isLoopbackHost(url.hostname)
  return (url.protocol === 'https:' || isOwn) && url.username === '' && url.password === ''
}

function nameOf(url: URL): string {
  return url.origin + url.pathname
}

async function requestBytes(http: Http, first: URL, signal: AbortSignal): Promise<Buffer> {
  let url = first
  for (let hops = 0; hops <= MOST_REDIRECTS; hops += 1) {
    const answer = await http.request({ operation: 'the import', method: 'GET', url, signal })
    const next = redirectOf(answer, url)
    if (!next) return bodyOf(answer, url)
    if (next.origin !== first.origin) {
      throw new PoolkeyError('import-unusable', {
        source: nameOf(first),
        problem: `it leads on to another host, ${next.origin}, which is not followed`,
        fix: 'look at the address in a browser, and import the one it leads to if you trust it',
      })
    }
    url = next
  }
  throw new PoolkeyError('import-unusable', {
    source: nameOf(first),
    problem: 'it leads from one address to the next',
  })
}

function redirectOf({ status, headers }: HttpAnswer, url: URL): URL | undefined {
  const location = headers['location'] ?? ''
  if (![301, 302, 303, 307, 308].includes(status) || !URL.canParse(location, url.href)) return undefined
  return new URL(location, url)
}

function bodyOf({ status, body }: HttpAnswer, url: URL): Buffer {
  if (status === 200) return body
  if (status >= 500 || status === 429) {
    const kind = status === 429 ? 'throttled' : 'server-error'
    throw new PoolkeyError('unexpected-answer', { host: url.host, operation: 'the import', status, kind })
  }
  throw new PoolkeyError('import-unusable', {
    source: nameOf(url),
    problem: `the server answered HTTP ${status}`,
    fix: 'look at the address in a browser; what needs a sign-in there: download it, and import the file',
  })
}

async function readFileBytes(path: string, signal: AbortSignal): Promise<Buffer> {
  try {
    const parts: Buffer[] = []
    let size = 0
    for await (const chunk of openChunks(path, signal)) {
      parts.push(chunk)
      size += chunk.length
      if (size > MOST_BYTES) break
    }
    return Buffer.concat(parts)
  } catch (cause) {
    signal.throwIfAborted()
    throw new PoolkeyError(
      'import-unusable',
      {
        source: path,
        problem: problemOf(cause),
        fix: 'name a file that you can read, an https:// address, or - for stdin',
      },
      { cause },
    )
  }
}

/** A pipe will do, too, such as `<(...)` of a shell; it is opened so that one into which nobody writes holds up nothing. */
function openChunks(path: string, signal: AbortSignal): AsyncIterable<Buffer> {
  // The executable's runtime never says anything of a socket that is a pipe.
  if ('bun' in process.versions && statSync(path).isFIFO()) return readNamedPipe(path, signal)
  // Windows has no O_NONBLOCK.
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  const stats = fstatSync(fd)
  if (stats.isFIFO()) return new Socket({ fd, readable: true, writable: false, signal })
  if (stats.isFile() || stats.isDirectory()) return createReadStream(path, { fd, end: MOST_BYTES, signal })
  closeSync(fd)
  throw new Error('it is a device, not a file')
}

function problemOf(error: unknown): string {
  const code = errnoOf(error)
  if (code === 'ENOENT') return 'there is no such file'
  return code === undefined && error instanceof Error ? error.message : `it cannot be read (${code ?? '?'})`
}

/** UTF-8, or UTF-16 with its mark, as Windows PowerShell writes what a command prints. */
function textOf(bytes: Buffer, source: string): string {
  if (bytes.length > MOST_BYTES) {
    throw new PoolkeyError('import-unusable', { source, problem: 'it is larger than 5 MB' })
  }
  const mark = bytes.subarray(0, 2).toString('hex')
  const encoding = mark === 'fffe' ? 'utf-16le' : mark === 'feff' ? 'utf-16be' : 'utf-8'
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new PoolkeyError('import-unusable', { source, problem: 'it is no text' }, { cause })
  }
}
