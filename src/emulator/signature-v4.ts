/**
 * AWS Signature Version 4, the verifying side: rebuilds the canonical request from what arrived and compares.
 * Source: IAM User Guide, "Create a signed AWS API request".
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { Refusal, headerOf } from './answer.ts'
import type { ReceivedRequest } from './answer.ts'
import type { CredentialBook, IssuedCredentials } from './issued-credentials.ts'

interface Authorization {
  accessKeyId: string
  day: string
  region: string
  service: string
  signedHeaders: string[]
  signature: string
}

const MAX_SKEW_MS = 15 * 60_000

/** The credentials that signed the request. Throws what STS answers when they did not, are unknown, or are over. */
export function verifySignature(
  request: ReceivedRequest,
  context: { credentials: Pick<CredentialBook, 'find'>; service: string; now: number },
): IssuedCredentials {
  const header = headerOf(request.headers, 'authorization')
  if (header === undefined) {
    throw new Refusal('MissingAuthenticationToken', 'Request is missing Authentication Token', 403)
  }
  const authorization = parseAuthorization(header)
  const credentials = context.credentials.find(authorization.accessKeyId)
  const isToken = credentials?.sessionToken === headerOf(request.headers, 'x-amz-security-token')
  if (!credentials || !isToken) {
    throw new Refusal('InvalidClientTokenId', 'The security token included in the request is invalid.', 403)
  }

  const stamp = headerOf(request.headers, 'x-amz-date') ?? ''
  const required = ['host', 'x-amz-date', 'x-amz-security-token']
  if (
    required.some((name) => !authorization.signedHeaders.includes(name)) ||
    !stamp.startsWith(authorization.day)
  ) {
    throw mismatch('The request signature does not cover host, date and security token.')
  }
  if (authorization.service !== context.service) {
    throw mismatch(`Credential should be scoped to correct service: '${context.service}'.`)
  }
  const signedAt = parseStamp(stamp)
  if (Number.isNaN(signedAt) || Math.abs(context.now - signedAt) > MAX_SKEW_MS) {
    const now = new Date(context.now).toISOString().replaceAll(/[:-]|\.\d{3}/g, '')
    throw mismatch(
      signedAt > context.now
        ? `Signature not yet current: ${stamp} is still later than ${now} (+ 15 min.)`
        : `Signature expired: ${stamp} is now earlier than ${now} (- 15 min.)`,
    )
  }
  const expected = signatureOf(request, { authorization, stamp, secret: credentials.secretAccessKey })
  const given = Buffer.from(authorization.signature, 'hex')
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw mismatch(
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
    )
  }
  if (context.now >= credentials.expiration.getTime()) {
    throw new Refusal('ExpiredToken', 'The security token included in the request is expired', 403)
  }
  return credentials
}

function parseAuthorization(header: string): Authorization {
  const fields =
    /^AWS4-HMAC-SHA256 (.*)$/
      .exec(header)?.[1]
      ?.split(',')
      .map((field) => field.trim()) ?? []
  const valueOf = (name: string) =>
    fields.find((field) => field.startsWith(`${name}=`))?.slice(name.length + 1)
  const [accessKeyId, day, region, service, terminator, ...rest] = valueOf('Credential')?.split('/') ?? []
  const signedHeaders = valueOf('SignedHeaders')?.split(';')
  const signature = valueOf('Signature')
  const isWhole =
    terminator === 'aws4_request' && rest.length === 0 && signedHeaders && signature !== undefined
  if (!isWhole || !accessKeyId || !day || !region || !service) {
    throw new Refusal(
      'IncompleteSignature',
      'Authorization header does not have the form of AWS4-HMAC-SHA256.',
      400,
    )
  }
  return { accessKeyId, day, region, service, signedHeaders, signature }
}

function signatureOf(
  request: ReceivedRequest,
  how: { authorization: Authorization; stamp: string; secret: string },
): Buffer {
  const { day, region, service, signedHeaders } = how.authorization
  const canonicalRequest = [
    request.method,
    request.url.pathname,
    canonicalQuery(request.url.searchParams),
    ...signedHeaders.map((name) => `${name}:${canonicalHeader(request, name)}`),
    '',
    signedHeaders.join(';'),
    sha256(request.body),
  ].join('\n')
  const scope = `${day}/${region}/${service}/aws4_request`
  const stringToSign = ['AWS4-HMAC-SHA256', how.stamp, scope, sha256(canonicalRequest)].join('\n')
  const key = [day, region, service, 'aws4_request'].reduce<Buffer>(
    (previous, part) => hmac(previous, part),
    Buffer.from(`AWS4${how.secret}`),
  )
  return hmac(key, stringToSign)
}

function canonicalQuery(query: URLSearchParams): string {
  const encoded = [...query].map(([name, value]) => `${encodeRfc3986(name)}=${encodeRfc3986(value)}`)
  return encoded.sort().join('&')
}

function canonicalHeader(request: ReceivedRequest, name: string): string {
  return (headerOf(request.headers, name) ?? '').trim().replaceAll(/ +/g, ' ')
}

/** encodeURIComponent leaves five characters that RFC 3986 reserves. */
function encodeRfc3986(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

function parseStamp(stamp: string): number {
  const iso = stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z')
  return iso === stamp ? Number.NaN : Date.parse(iso)
}

function mismatch(message: string): Refusal {
  return new Refusal('SignatureDoesNotMatch', message, 403)
}

function hmac(key: Buffer, data: string): Buffer {
  return createHmac('sha256', key).update(data).digest()
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
