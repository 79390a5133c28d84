/**
 * Addresses of the AWS console: a destination is always an https page on the console's own host in the partition of the
 * region, whatever was asked for. Pure.
 */
import { hasHiddenCharacters } from '../errors/plain-text.ts'
import { PoolkeyError } from '../errors/poolkey-error.ts'
import { consoleHostsOf } from '../profile/partition.ts'
import { Secret } from '../secret.ts'

// Where it is not `/<service>/home`.
const PAGES = new Map([
  ['dynamodb', '/dynamodbv2/home'],
  ['ecs', '/ecs/v2'],
])
const KNOWN = 's3, ec2, lambda, cloudwatch, dynamodb, iam, cognito, cloudformation, ecs, rds'

/**
 * The page for a service's short name, a path of the console (`/s3/buckets?prefix=a`) or an address copied from it; the
 * console's start where none is named. Throws `usage`.
 */
export function consoleDestination(service: string | undefined, region: string): URL {
  const { console: host, home } = hostsOf(region)
  const url = pageOf(service ?? 'console', home)
  const isOwn = url !== undefined && (url.hostname === host || url.hostname.endsWith(`.${host}`))
  const isPlain = url?.protocol === 'https:' && url.username === '' && url.password === '' && url.port === ''
  if (!isOwn || !isPlain) {
    throw new PoolkeyError('usage', {
      problem: `"${service ?? ''}" is no page of the AWS console`,
      fix: `name a service (${KNOWN}), a path such as /s3/buckets, or an address on https://${home}`,
    })
  }
  // A host such as eu-west-1.console.aws.amazon.com names a region of its own.
  const isRegional = url.hostname !== home && /^[a-z]+(?:-[a-z]+)+-\d+\./.test(url.hostname)
  if (region === '' || isRegional || url.searchParams.has('region')) return url
  // As text: to set it would write the rest of the query anew.
  url.search = `${url.search === '' ? '?' : `${url.search}&`}region=${region}`
  return url
}

/** Where the console's federation is asked: AWS's, or the base URL of POOLKEY_SIGNIN_ENDPOINT. Throws `usage`. */
export function federationUrl(region: string, base?: URL): URL {
  if (!base) return new URL(`https://${hostsOf(region).signIn}/federation`)
  return new URL(`${base.href.replace(/\/$/, '')}/federation`)
}

/** The address that signs a browser in and leads it to the destination; good for 15 minutes, and a secret. */
export function signInLink(parts: { federation: URL; destination: URL; token: Secret }): Secret {
  const link = new URL(parts.federation)
  link.search = new URLSearchParams({
    Action: 'login',
    Issuer: 'poolkey',
    Destination: parts.destination.href,
    SigninToken: parts.token.reveal(),
  }).toString()
  return new Secret(link.href)
}

/** The link as a line, for whoever asked to see it. */
export function linkLine(link: Secret): string {
  return `${link.reveal()}\n`
}

function pageOf(service: string, host: string): URL | undefined {
  // Line breaks and tabs would be dropped from a URL, and what is left might be another one.
  if (/[\s\\]/.test(service) || hasHiddenCharacters(service)) return undefined
  if (/^[a-z][a-z0-9-]*$/i.test(service)) {
    const name = service.toLowerCase()
    return new URL(PAGES.get(name) ?? `/${name}/home`, `https://${host}`)
  }
  // A path begins with a name: `//host` and `scheme:` do not.
  const isPath = service === '/' || /^\/?[a-z0-9-]+(?:[/?#]|$)/i.test(service)
  const address = isPath ? `https://${host}/${service.replace(/^\//, '')}` : service
  return /^https:\/\//i.test(address) && URL.canParse(address) ? new URL(address) : undefined
}

function hostsOf(region: string): { console: string; home: string; signIn: string } {
  const hosts = consoleHostsOf(region)
  if (hosts) return hosts
  throw new PoolkeyError('usage', {
    problem: `poolkey does not know the AWS console of region ${region}`,
    fix: 'name a region of the partitions aws, aws-cn, aws-us-gov or aws-eusc in AWS_REGION, or in the profile',
  })
}
