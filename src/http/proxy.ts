/**
 * Which proxy a request goes through, as botocore reads the environment: HTTPS_PROXY or HTTP_PROXY by the URL's scheme, lower case first; never for loopback hosts and for what NO_PROXY covers. Pure.
 */
import { PoolkeyError } from '../errors/poolkey-error.ts'
import { isLoopbackHost } from '../loopback/loopback-host.ts'

type Environment = Record<string, string | undefined>

/** The proxy's URL, with its password; undefined for the direct way. Throws `environment-invalid`, without the value. */
export function proxyFor(url: URL, env: Environment): URL | undefined {
  if (isLoopbackHost(url.hostname) || isExcepted(url, read(env, 'NO_PROXY')?.text ?? '')) return undefined
  const chosen = read(env, url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY')
  return chosen && parseProxy(chosen)
}

function read(env: Environment, variable: string): { variable: string; text: string } | undefined {
  const text = env[variable.toLowerCase()] ?? env[variable]
  return text === undefined || text.trim() === '' ? undefined : { variable, text: text.trim() }
}

/** NO_PROXY: `*`, or hosts separated by commas or blanks; each covers its subdomains, a port narrows it to that. */
function isExcepted({ hostname, port, protocol }: URL, list: string): boolean {
  const host = hostname.toLowerCase()
  const ownPort = port === '' ? (protocol === 'https:' ? '443' : '80') : port
  return list.split(/[\s,]+/).some((entry) => {
    if (entry === '*') return true
    const [, name = '', wantedPort] =
      /^(?:\*?\.)?(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? []
    if (name === '' || (wantedPort !== undefined && wantedPort !== ownPort)) return false
    return host === name || host.endsWith(`.${name}`)
  })
}

function parseProxy({ variable, text }: { variable: string; text: string }): URL {
  // Without a scheme it is HTTP, whatever the request speaks.
  const address = text.includes('://') ? text : `http://${text}`
  const proxy = URL.canParse(address) ? new URL(address) : undefined
  if (proxy && proxy.hostname !== '' && /^https?:$/.test(proxy.protocol) && isDecodable(proxy)) return proxy
  // The value may hold a password: it is not shown.
  throw new PoolkeyError('environment-invalid', {
    variable,
    value: '(not shown)',
    allowed: 'an HTTP proxy, such as http://proxy.example.com:3128',
  })
}

/** Whether name and password are percent-encoded as they must be: a bare `%` in one is a mistake, not a password. */
function isDecodable({ username, password }: URL): boolean {
  try {
    decodeURIComponent(username + password)
    return true
  } catch {
    // What it throws quotes nothing, and the answer is no.
    return false
  }
}
