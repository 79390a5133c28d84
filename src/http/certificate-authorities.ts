import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { rootCertificates } from 'node:tls'
import { PoolkeyError } from '../errors/poolkey-error.ts'

/**
 * Node's certificate authorities and those of the files, PEM: of AWS_CA_BUNDLE, else of the profile's `ca_bundle`, and beside
 * it NODE_EXTRA_CA_CERTS. Undefined where there is no bundle: then Node does all by itself. Throws `environment-invalid` when
 * a file cannot be read.
 */
export function readAuthorities(options: {
  caBundle?: string | undefined
  env?: Record<string, string | undefined>
  extraCaCerts?: string | undefined
}): string[] | undefined {
  const { caBundle, extraCaCerts, env = {} } = options
  const ofEnvironment = env['AWS_CA_BUNDLE']
  const file = ofEnvironment || caBundle
  if (file === undefined || file === '') return undefined
  const files = [
    { variable: ofEnvironment ? 'AWS_CA_BUNDLE' : 'ca_bundle', file },
    ...(extraCaCerts === undefined || extraCaCerts === ''
      ? []
      : [{ variable: 'NODE_EXTRA_CA_CERTS', file: extraCaCerts }]),
  ]
  const extra = files.flatMap(({ variable, file }) => {
    try {
      return certificatesIn(readFileSync(file, 'utf8'))
    } catch (cause) {
      throw new PoolkeyError(
        'environment-invalid',
        { variable, value: file, allowed: 'a readable PEM file of certificate authorities' },
        { cause },
      )
    }
  })
  return [...rootCertificates, ...extra]
}

// One by one: a broken one in the middle hides those behind it from OpenSSL, and is no certificate at all for BoringSSL.
function certificatesIn(text: string): string[] {
  const blocks = text.match(/-----BEGIN [A-Z0-9 ]*CERTIFICATE-----[^]*?-----END [A-Z0-9 ]*CERTIFICATE-----/g)
  return (blocks ?? []).filter((block) => {
    try {
      return new X509Certificate(block).raw.length > 0
    } catch {
      return false
    }
  })
}
