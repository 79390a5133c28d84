/** `/oauth2/token`, `/oauth2/revoke` and `/oauth2/userInfo`, as the Cognito developer guide describes them. */
import { createHash } from 'node:crypto'
import { Refusal, headerOf, isForm, jsonAnswer } from './answer.ts'
import type { Answer, Endpoint, ReceivedRequest } from './answer.ts'
import { attributesOf } from './claims.ts'
import type { EmulatorSettings } from './configuration.ts'
import type { SignIn } from './sign-ins.ts'
import { isSame } from './user-pool.ts'
import type { MintedTokens, UserPool } from './user-pool.ts'

interface TokenEndpointOptions {
  settings: EmulatorSettings
  pool: UserPool
}

/** The token endpoint: the grants `authorization_code` and `refresh_token`. */
export function createTokenEndpoint({ settings, pool }: TokenEndpointOptions): Endpoint {
  function redeemCode(form: URLSearchParams): Answer {
    const redirectUri = required(form, 'redirect_uri')
    const grant = pool.signIns.redeemCode(required(form, 'code'))
    if (!grant) throw new Refusal('invalid_grant')
    // Observed: a redirect URI that differs, if only by a slash, is refused as unauthorized_client.
    if (grant.redirectUri !== redirectUri) throw new Refusal('unauthorized_client')
    if (!isVerifier(form.get('code_verifier'), grant.codeChallenge)) throw new Refusal('invalid_grant')

    const { signIn, refreshToken } = pool.signIns.start(grant)
    const tokens = pool.mintTokens(signIn, { grant: 'authorization_code', nonce: grant.nonce })
    return tokenAnswer(signIn, { ...tokens, refreshToken })
  }

  function refresh(form: URLSearchParams): Answer {
    const given = required(form, 'refresh_token')
    // Of a device that must be named, which cannot be done here.
    if (pool.signIns.find(given)?.deviceKey !== undefined) throw new Refusal('invalid_grant')
    const refreshed = pool.signIns.refresh(given)
    if (!refreshed) throw new Refusal('invalid_grant')
    const { signIn, rotatedToken } = refreshed
    const tokens = pool.mintTokens(signIn, { grant: 'refresh_token' })
    return tokenAnswer(
      signIn,
      rotatedToken === undefined ? tokens : { ...tokens, refreshToken: rotatedToken },
    )
  }

  function tokenAnswer(signIn: SignIn, tokens: MintedTokens & { refreshToken?: string }): Answer {
    const answer = jsonAnswer(200, {
      id_token: tokens.idToken,
      access_token: tokens.accessToken,
      refresh_token: tokens.refreshToken,
      expires_in: settings.accessTokenSeconds,
      token_type: 'Bearer',
    })
    return { ...answer, originJti: signIn.originJti }
  }

  return postedForm((request, form) => {
    const grantType = required(form, 'grant_type')
    authenticateClient(request, { form, settings, status: 400 })
    switch (grantType) {
      case 'authorization_code':
        return redeemCode(form)
      case 'refresh_token':
        return refresh(form)
      case 'client_credentials':
        throw new Refusal('unauthorized_client')
      default:
        throw new Refusal('unsupported_grant_type')
    }
  })
}

/** The revocation endpoint: ends the whole sign-in a refresh token belongs to. */
export function createRevokeEndpoint({ settings, pool }: TokenEndpointOptions): Endpoint {
  return postedForm((request, form) => {
    const token = required(form, 'token')
    authenticateClient(request, { form, settings, status: 401 })
    // An ID or access token is a signed token of three parts; a refresh token is not.
    if (token.split('.').length === 3) throw new Refusal('unsupported_token_type')
    const signIn = pool.signIns.find(token)
    const answer: Answer = { status: 200, headers: {}, body: '' }
    if (!signIn) return answer
    pool.signIns.revoke(signIn)
    return { ...answer, originJti: signIn.originJti }
  })
}

/** The attributes of whoever an access token with the scope `openid` belongs to. */
export function createUserInfoEndpoint({ settings, pool }: TokenEndpointOptions): Endpoint {
  return (request) => {
    const token = /^Bearer ([^\s]+)$/i.exec(headerOf(request.headers, 'authorization') ?? '')?.[1]
    if (token === undefined) {
      return userInfoRefusal(400, {
        error: 'invalid_request',
        description: 'Bad OAuth2 request at UserInfo Endpoint',
      })
    }
    const claims = pool.verifyAccessToken(token)
    const user = settings.users.find(({ username }) => username === claims?.['username'])
    const scope = claims?.['scope']
    const scopes = typeof scope === 'string' ? scope.split(' ') : []
    if (!claims || !user || !scopes.includes('openid')) {
      return userInfoRefusal(401, {
        error: 'invalid_token',
        description: 'Access token is expired, disabled, or deleted, or the user has globally signed out.',
      })
    }
    // The one place where Cognito writes booleans as strings.
    const attributes = Object.entries(attributesOf(user, scopes)).map(([name, value]) => [
      name,
      typeof value === 'boolean' ? String(value) : value,
    ])
    return jsonAnswer(200, { sub: claims['sub'], ...Object.fromEntries(attributes), username: user.username })
  }
}

function postedForm(handle: (request: ReceivedRequest, form: URLSearchParams) => Answer): Endpoint {
  return (request) => {
    if (request.method !== 'POST') {
      return { ...jsonAnswer(405, { error: 'invalid_request' }), headers: { Allow: 'POST' } }
    }
    try {
      if (!isForm(request)) throw new Refusal('invalid_request')
      const form = new URLSearchParams(request.body)
      // RFC 6749 section 3.2: parameters must not be included more than once.
      if (new Set(form.keys()).size !== [...form.keys()].length) throw new Refusal('invalid_request')
      return handle(request, form)
    } catch (error) {
      if (error instanceof Refusal) return jsonAnswer(error.status, { error: error.code })
      throw error
    }
  }
}

/** Basic authentication or the form; a public client has no secret and must not send one. */
function authenticateClient(
  request: ReceivedRequest,
  how: { form: URLSearchParams; settings: EmulatorSettings; status: number },
): void {
  const { form, settings, status } = how
  const basic = basicCredentials(headerOf(request.headers, 'authorization'))
  const clientId = basic?.id ?? form.get('client_id')
  const secret = basic?.secret ?? form.get('client_secret')
  const isKnown = clientId === settings.clientId && (form.get('client_id') ?? clientId) === clientId
  const isAuthentic =
    settings.clientSecret === undefined ? secret === null : isSame(settings.clientSecret, secret ?? '')
  if (!isKnown || !isAuthentic) throw new Refusal('invalid_client', '', status)
}

function basicCredentials(header: string | undefined): { id: string; secret: string } | undefined {
  const encoded = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(header ?? '')?.[1]
  if (encoded === undefined) return undefined
  // RFC 6749 section 2.3.1 has both form-encoded before they are joined; it changes nothing but a plus sign in the secret.
  const [id = '', ...secret] = Buffer.from(encoded, 'base64').toString().split(':')
  return { id, secret: secret.join(':').replaceAll('%2B', '+') }
}

/** RFC 7636 section 4.6. A verifier without a challenge is refused too: it means that the request was tampered with. */
function isVerifier(verifier: string | null, challenge: string | undefined): boolean {
  if (challenge === undefined) return verifier === null
  if (verifier === null || !/^[A-Za-z0-9._~-]{43,128}$/.test(verifier)) return false
  return isSame(challenge, createHash('sha256').update(verifier).digest('base64url'))
}

function required(form: URLSearchParams, name: string): string {
  const value = form.get(name)
  if (value === null || value === '') throw new Refusal('invalid_request')
  return value
}

function userInfoRefusal(status: number, refusal: { error: string; description: string }): Answer {
  const { error, description } = refusal
  const answer = jsonAnswer(status, { error, error_description: description })
  return {
    ...answer,
    headers: {
      ...answer.headers,
      'WWW-Authenticate': `Bearer error="${error}", error_description="${description}"`,
    },
  }
}
