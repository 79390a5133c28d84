import type { EmulatorSettings } from './configuration.ts'

/** A checked authorization request. */
export interface Authorization {
  redirectUri: string
  state: string | undefined
  scopes: string[]
  codeChallenge: string | undefined
  nonce: string | undefined
  resource: string | undefined
  prompts: string[]
}

/** What became of an authorization request; only a registered redirect URI is ever called back. */
export type ParsedAuthorization =
  | { kind: 'valid'; authorization: Authorization }
  | {
      kind: 'refused'
      redirectUri: string
      state: string | undefined
      error: string
      description: string | undefined
    }
  | {
      kind: 'unregistered'
      error: 'invalid_client' | 'redirect_mismatch' | 'invalid_request'
      detail: string
    }

const RESERVED_SCOPES = ['openid', 'email', 'phone', 'profile', 'aws.cognito.signin.user.admin']
const PROMPTS = ['none', 'login', 'select_account', 'consent']

/** Checks the query of `/oauth2/authorize` or `/login` against the app client. Redirect URIs match by exact string. */
export function parseAuthorization(query: URLSearchParams, settings: EmulatorSettings): ParsedAuthorization {
  const repeated = [...query.keys()].find((name) => query.getAll(name).length > 1)
  if (query.get('client_id') !== settings.clientId) {
    return { kind: 'unregistered', error: 'invalid_client', detail: 'The app client is not known.' }
  }
  const redirectUri = query.get('redirect_uri')
  if (redirectUri === null || !settings.redirectUris.includes(redirectUri)) {
    const detail = `The redirect URI ${redirectUri ?? '(none)'} is not registered with the app client.`
    return { kind: 'unregistered', error: 'redirect_mismatch', detail }
  }
  if (repeated === 'client_id' || repeated === 'redirect_uri') {
    return { kind: 'unregistered', error: 'invalid_request', detail: `${repeated} was given more than once.` }
  }

  const state = query.get('state') ?? undefined
  const refused = (error: string, description?: string): ParsedAuthorization => {
    return { kind: 'refused', redirectUri, state, error, description }
  }

  // RFC 6749 section 3.1: parameters must not be included more than once.
  if (repeated !== undefined) return refused('invalid_request', `${repeated} was given more than once`)
  const responseType = query.get('response_type')
  if (responseType === 'token') return refused('unauthorized_client')
  if (responseType !== 'code') return refused('invalid_request')

  const codeChallenge = query.get('code_challenge') ?? undefined
  const method = query.get('code_challenge_method')
  if ((codeChallenge === undefined) !== (method === null)) return refused('invalid_request')
  if (method !== null && method !== 'S256') return refused('invalid_request')
  if (codeChallenge !== undefined && !/^[A-Za-z0-9_-]{43}$/.test(codeChallenge))
    return refused('invalid_request')

  const scopes = grantedScopes(query.get('scope'), settings)
  if (!scopes) return refused('invalid_scope')

  const prompts = (query.get('prompt') ?? '').split(' ').filter((prompt) => prompt !== '')
  const isContradictory = prompts.includes('none') && prompts.length > 1
  if (isContradictory || prompts.some((prompt) => !PROMPTS.includes(prompt)))
    return refused('invalid_request')

  const resource = query.get('resource') ?? undefined
  if (resource !== undefined && !isResource(resource)) return refused('invalid_request')

  const nonce = query.get('nonce') ?? undefined
  return {
    kind: 'valid',
    authorization: { redirectUri, state, scopes, codeChallenge, nonce, resource, prompts },
  }
}

/**
 * The scopes a request gets: all of the client's when it names none. A scope that is not enabled on the client is
 * left out, one that the user pool does not know refuses the request, and the user's attributes need `openid`.
 */
function grantedScopes(asked: string | null, settings: EmulatorSettings): string[] | undefined {
  if (asked === null || asked.trim() === '') return settings.clientScopes
  const names = [...new Set(asked.split(' ').filter((name) => name !== ''))]
  if (names.some((name) => !RESERVED_SCOPES.includes(name) && !settings.clientScopes.includes(name)))
    return undefined
  const granted = names.filter((name) => settings.clientScopes.includes(name))
  if (granted.length === 0) return undefined
  const needsOpenid = granted.some((name) => name === 'email' || name === 'phone' || name === 'profile')
  return needsOpenid && !granted.includes('openid') ? undefined : granted
}

function isResource(resource: string): boolean {
  if (!URL.canParse(resource)) return false
  const url = new URL(resource)
  return url.protocol !== 'http:' || url.hostname === 'localhost'
}
