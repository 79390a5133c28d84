/** A certificate authority as companies run them for their own networks: nobody trusts it who was not told to. */
import { generate } from 'selfsigned'

export interface PrivateAuthority {
  /** Its own certificate, PEM: what a CA bundle holds. */
  certificate: string
  /** Key and certificate of a server with these names, PEM. */
  certify: (...hosts: [string, ...string[]]) => Promise<{ key: string; cert: string }>
}

/** Founds an authority. */
export async function createAuthority(name = 'Private Authority'): Promise<PrivateAuthority> {
  const root = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  })
  return {
    certificate: root.cert,
    certify: async (...hosts) => {
      const leaf = await generate([{ name: 'commonName', value: hosts[0].slice(0, 64) }], {
        keyType: 'ec',
        algorithm: 'sha256',
        ca: { key: root.private, cert: root.cert },
        extensions: [
          { name: 'basicConstraints', cA: false },
          { name: 'extKeyUsage', serverAuth: true },
          { name: 'subjectAltName', altNames: hosts.map((value) => ({ type: 2, value })) },
        ],
      })
      return { key: leaf.private, cert: leaf.cert }
    },
  }
}
