/** What requests bring to a role's trust policy, as far as it is known before they are made. Pure. */
import type { KnownKeys } from './trust-policy-condition.ts'
import type { TrustNeed } from './trust-policy.ts'

/** Of those who are not meant: who comes by another identity pool or app client, or as a guest where people are meant. */
export type Strangers = 'other-audience' | 'other-amr'

/** The keys of the request that is meant. */
export function knownKeys(need: TrustNeed): KnownKeys {
  const given = new Map(Object.entries(valuesOf(need)).map(([key, values]) => [key.toLowerCase(), values]))
  // A token brings its own claims, and no issuer's else; a role session may keep those that it was made with.
  const isOfOthers = (key: string) => need.kind !== 'chain' && /:(aud|amr)$/.test(key)
  return (key) => given.get(key) ?? (ABSENT.includes(key) || isOfOthers(key) ? 'absent' : undefined)
}

/** The keys of a request of strangers that is like it otherwise. */
export function strangersKeys(strangers: Strangers, need: TrustNeed): KnownKeys {
  switch (need.kind) {
    case 'chain':
      return () => undefined
    case 'web-identity':
      return knownKeys({ ...need, clientId: nextTo(need.clientId) })
    case 'identity-pool': {
      if (strangers === 'other-audience')
        return knownKeys({ ...need, identityPoolId: nextTo(need.identityPoolId) })
      const amr = need.amr === 'authenticated' ? 'unauthenticated' : 'authenticated'
      return knownKeys({ ...need, amr, loginsKey: undefined })
    }
  }
}

/** An id that nobody has, and that patterns for this one are most likely to fit: it differs in the middle. */
function nextTo(id: string): string {
  const middle = Math.floor(id.length / 2)
  return `${id.slice(0, middle)}(${id.slice(middle + 1)}`
}

// Nothing on the way from a token to credentials leaves the mark of a second factor, whatever the person did to sign in.
const ABSENT = ['sts:externalid', 'aws:multifactorauthpresent', 'aws:multifactorauthage']

function valuesOf(need: TrustNeed): Record<string, string[]> {
  const session = need.sessionName === undefined ? {} : { 'sts:RoleSessionName': [need.sessionName] }
  return { ...session, ...othersOf(need) }
}

function othersOf(need: TrustNeed): Record<string, string[]> {
  switch (need.kind) {
    case 'identity-pool': {
      const { principal, identityPoolId, amr, loginsKey } = need
      return {
        [`${principal}:aud`]: [identityPoolId],
        [`${principal}:amr`]: [amr, ...(loginsKey === undefined ? [] : [loginsKey])],
      }
    }
    case 'web-identity':
      return { [`${need.providerName}:aud`]: [need.clientId] }
    case 'chain':
      return {
        ...(need.externalId === undefined ? {} : { 'sts:ExternalId': [need.externalId] }),
        // Requests signed with temporary credentials always tell.
        'aws:MultiFactorAuthPresent': ['false'],
        'aws:PrincipalArn': [need.firstRoleArn],
        'aws:PrincipalAccount': [need.firstRoleArn.split(':')[4] ?? ''],
      }
  }
}
