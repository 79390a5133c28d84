/** Requests as no browser sends them: what HTTP knows, put together at random, then damaged. A seed tells them again. */

export interface Fuzzer {
  next: () => Buffer
}

const METHODS = [
  'GET',
  'GET',
  'GET',
  'POST',
  'PUT',
  'HEAD',
  'OPTIONS',
  'DELETE',
  'TRACE',
  'CONNECT',
  'PRI',
  'get',
  '',
]
const PATHS = [
  '/callback',
  '/callback',
  '/callback',
  '/',
  '//callback',
  '/callback/',
  '/CALLBACK',
  '/%63allback',
  '*',
  '',
]
const NAMES = ['code', 'state', 'error', 'error_description', 'iss', 'next', '__proto__', 'c%6fde', '']
const VERSIONS = [
  ' HTTP/1.1',
  ' HTTP/1.1',
  ' HTTP/1.1',
  ' HTTP/1.0',
  ' HTTP/0.9',
  ' HTTP/2.0',
  ' HTTP/1.',
  '',
]
const LINE_ENDS = ['\r\n', '\r\n', '\r\n', '\n', '\r', '\r\n\t']
const CLIENT_HELLO = Buffer.concat([Buffer.from('1603010200010001fc0303', 'hex'), Buffer.alloc(502, 7)])

/** Never makes the one request that would be taken: the right `state`, as it is, is in none of them. */
export function createFuzzer(options: { seed: number; port: number; state: string }): Fuzzer {
  const { port, state } = options
  const random = randomNumbers(options.seed)
  const wanted = new RegExp(`=${state}(?![0-9a-f])`)
  const below = (limit: number) => Math.floor(random() * limit)
  const chance = (part: number) => random() < part
  const oneOf = <T>(things: readonly T[]): T => things[below(things.length)]!
  const several = <T>(most: number, make: () => T): T[] => Array.from({ length: below(most + 1) }, make)
  const bytes = (most: number) => Buffer.from(several(most, () => below(256)))
  const headers = [
    () => `Host: evil.test`,
    () => `Host: localhost:${port}`,
    () => `Content-Length: ${oneOf([0, 1, 10, -1, 2 ** 53, 'x', '0x10'])}`,
    () => `Transfer-Encoding: ${oneOf(['chunked', 'identity', 'gzip, chunked', 'xchunked', ' chunked'])}`,
    () => `Connection: ${oneOf(['close', 'keep-alive', 'upgrade', 'x'])}`,
    () => `Upgrade: ${oneOf(['websocket', 'h2c'])}`,
    () => `Expect: ${oneOf(['100-continue', '200-ok'])}`,
    () => `Origin: https://evil.test`,
    () => `X-${below(1000)}: ${bytes(40).toString('latin1')}`,
    () => `X-Short: ${'x'.repeat(below(50))}`,
    () => `X-Long: ${'y'.repeat(chance(0.1) ? below(20_000) : below(500))}`,
    () => ` folded`,
    () => `No colon`,
  ]

  function value(): string {
    switch (below(7)) {
      case 0:
        return state.slice(0, below(state.length))
      case 1:
        return `${state}${below(10)}`
      case 2:
        return `%00${state}`
      case 3:
        return encodeURIComponent(bytes(30).toString('latin1'))
      case 4:
        return bytes(30).toString('latin1')
      case 5:
        return oneOf(['%', '%zz', '%ff%fe', '%u0041', '<script>', '%0d%0aX: y', "'--", '${x}'])
      default:
        return 'v'.repeat(chance(0.02) ? below(30_000) : below(60))
    }
  }

  function target(): string {
    const query = several(6, () => `${oneOf(NAMES)}=${value()}`).join(oneOf(['&', '&', '&', ';', '&&']))
    const origin = chance(0.1) ? oneOf([`http://localhost:${port}`, 'http://evil.test', 'javascript:']) : ''
    return `${origin}${oneOf(PATHS)}${chance(0.9) ? '?' : '#'}${query}`
  }

  /** A request that gets through any parser, to the part that judges it. */
  function plausible(): Buffer {
    const pairs = several(6, (): [string, string] => [decodeURIComponent(oneOf(NAMES)), value()])
    const path = chance(0.8) ? '/callback' : oneOf(PATHS)
    const lines = [
      `${chance(0.8) ? 'GET' : oneOf(['HEAD', 'POST', 'OPTIONS', 'DELETE'])} ${path}?${new URLSearchParams(pairs).toString()} HTTP/1.1`,
      `Host: ${chance(0.9) ? 'localhost' : oneOf(['127.0.0.1', '[::1]', 'evil.test'])}:${port}`,
      ...several(2, () => oneOf(headers.slice(-4, -2))()),
    ]
    return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
  }

  function request(): Buffer {
    if (chance(0.5)) return plausible()
    const end = oneOf(LINE_ENDS)
    const own = chance(0.8) ? [`Host: ${oneOf(['localhost', '127.0.0.1', '[::1]'])}:${port}`] : []
    const lines = [
      `${oneOf(METHODS)} ${target()}${oneOf(VERSIONS)}`,
      ...own,
      ...several(chance(0.01) ? 10_000 : 4, () => oneOf(headers)()),
    ]
    const head = Buffer.from(`${lines.join(end)}${end}${chance(0.9) ? end : ''}`, 'latin1')
    return chance(0.3) ? Buffer.concat([head, bytes(200)]) : head
  }

  function damaged(whole: Buffer): Buffer {
    const at = below(whole.length + 1)
    switch (below(5)) {
      case 0:
        return whole.subarray(0, at)
      case 1:
        return Buffer.concat([whole.subarray(0, at), Buffer.from([0]), whole.subarray(at)])
      case 2:
        return Buffer.concat([whole.subarray(0, at), bytes(20), whole.subarray(at)])
      case 3:
        return Buffer.concat([whole, whole])
      default:
        return Buffer.concat([whole.subarray(0, at), whole.subarray(at + below(20))])
    }
  }

  function any(): Buffer {
    if (chance(0.02)) return CLIENT_HELLO
    if (chance(0.03)) return bytes(2_000)
    const whole = Buffer.concat([request(), ...(chance(0.1) ? several(3, request) : [])])
    return chance(0.3) ? damaged(whole) : whole
  }

  return {
    next: () => {
      for (;;) {
        const made = any()
        if (!wanted.test(made.toString('latin1'))) return made
      }
    },
  }
}

/** Mulberry32: numbers from 0 to 1 that a seed repeats. */
function randomNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
