/** The links from a profile to its session. Pure. */
import type { Profile, SignInSettings } from '../profile/profile.ts'
import type { ProfileOrigins } from '../profile/setting-origins.ts'
import { durationText } from './duration-text.ts'
import { endpointValue, ifSet, sourceOf, sourceText } from './hop.ts'
import type { Hop, HopValue } from './hop.ts'

// Cognito Developer Guide: authorization codes; app client's ID, access and refresh token validity, where nobody set them.
const CODE_SECONDS = 300
const TOKEN_SECONDS = 3600
const REFRESH_TOKEN_DAYS = 30
const DAY_SECONDS = 86_400
// Of every access token of a sign-in by the user pool's API, whatever the app client is allowed.
const API_SCOPE = 'aws.cognito.signin.user.admin'
const UNLESS = 'unless the app client says otherwise'

/** The profile: whom it leans on. */
export function profileHop(profile: Profile, origins: ProfileOrigins): Hop {
  const values: HopValue[] = []
  const { region } = origins
  values.push(
    region
      ? { name: 'region', value: profile.region, source: sourceText(region) }
      : { name: 'region', value: `${profile.region}, the pool's`, source: 'default' },
  )
  const source = origins.own('source_profile')
  if (source && profile.settingsFrom !== profile.name)
    values.push({ name: 'source profile', value: source.text, source: sourceText(source.origin) })
  values.push(...ifSet(origins, 'sign-in from', 'cognito_source_profile'))
  return {
    ...{ id: 'profile', title: `Profile ${profile.name}`, values },
    source: sourceText(origins.header),
  }
}

/** The sign-in of a person, and the session that it leaves; none for guests. */
export function signInHops({ signIn, endpoints }: Profile, origins: ProfileOrigins): Hop[] {
  if (!signIn) return []
  const hop =
    signIn.method === 'browser'
      ? browserHop(signIn, origins)
      : passwordHop(signIn, origins, endpoints.cognitoIdentityProvider)
  return [hop, sessionHop(signIn, origins)]
}

function browserHop(signIn: SignInSettings, origins: ProfileOrigins): Hop {
  const code = `${durationText(CODE_SECONDS)}, good once`
  const values = [
    ...poolValues(signIn, origins, 'the browser, authorization code and PKCE'),
    {
      ...{ name: 'callback URL', value: signIn.redirectUris.join(', ') },
      source: sourceOf(origins, 'cognito_redirect_uri'),
    },
    { name: 'scopes', value: signIn.scopes.join(' '), source: sourceOf(origins, 'cognito_scopes') },
    ...ifSet(origins, 'provider', 'cognito_identity_provider'),
    ...ifSet(origins, 'provider', 'cognito_idp_identifier'),
    ...ifSet(origins, 'user name', 'cognito_username'),
    ...ifSet(origins, 'login hint', 'cognito_login_hint'),
    ...ifSet(origins, 'language', 'cognito_lang'),
    ...ifSet(origins, 'prompt', 'cognito_prompt'),
    ...ifSet(origins, 'browser', 'cognito_browser'),
    { name: 'code', value: code, source: 'Cognito', lifetimeSeconds: CODE_SECONDS },
  ]
  return { ...signInHop(values, origins), lifetimeSeconds: CODE_SECONDS, gives: 'code, then tokens' }
}

/** Without a hosted UI: what is said to one counts for nothing, and the pool gives a scope of its own. */
function passwordHop(signIn: SignInSettings, origins: ProfileOrigins, api: URL | undefined): Hop {
  const values = [
    ...poolValues(signIn, origins, 'user name and password (SRP), without hosted UI'),
    { name: 'calls', value: 'InitiateAuth (USER_SRP_AUTH), RespondToAuthChallenge', source: 'Cognito' },
    ...endpointValue(api, 'cognito_identity_provider', origins),
    { name: 'scope', value: API_SCOPE, source: 'Cognito' },
    ...ifSet(origins, 'user name', 'cognito_username'),
  ]
  return { ...signInHop(values, origins), gives: 'tokens' }
}

function signInHop(values: HopValue[], origins: ProfileOrigins): Hop {
  return { id: 'sign-in', title: 'Sign-in', values, source: sourceOf(origins, 'cognito_user_pool_id') }
}

function poolValues(signIn: SignInSettings, origins: ProfileOrigins, way: string): HopValue[] {
  const { domain } = signIn
  const values = [
    { name: 'user pool', value: signIn.userPoolId, source: sourceOf(origins, 'cognito_user_pool_id') },
    { name: 'app client', value: signIn.clientId, source: sourceOf(origins, 'cognito_client_id') },
    { name: 'sign-in by', value: way, source: sourceOf(origins, 'cognito_sign_in') },
  ]
  if (domain)
    values.push({ name: 'domain', value: domain.origin, source: sourceOf(origins, 'cognito_domain') })
  return [...values, { name: 'issuer', value: signIn.issuer, source: sourceOf(origins, 'cognito_issuer') }]
}

function sessionHop({ refreshTokenDays, method }: SignInSettings, origins: ProfileOrigins): Hop {
  const value = `${durationText(TOKEN_SECONDS)}, ${UNLESS}`
  const token = { value, source: 'Cognito', lifetimeSeconds: TOKEN_SECONDS }
  const refreshSeconds = (refreshTokenDays ?? REFRESH_TOKEN_DAYS) * DAY_SECONDS
  const days = durationText(refreshSeconds)
  const source = refreshTokenDays === undefined ? 'Cognito' : sourceOf(origins, 'cognito_refresh_token_days')
  return {
    id: 'session',
    title: 'Session',
    values: [
      { name: 'ID token', ...token },
      { name: 'access token', ...token },
      {
        ...{ name: 'refresh token', value: refreshTokenDays === undefined ? `${days}, ${UNLESS}` : days },
        ...{ source, lifetimeSeconds: refreshSeconds },
      },
      ...ifSet(origins, 'session name', 'cognito_session'),
      ...(method === 'browser'
        ? ifSet(origins, 'auto login', 'cognito_auto_login')
        : [{ name: 'renewed by', value: 'GetTokensFromRefreshToken', source: 'Cognito' }]),
    ],
    lifetimeSeconds: refreshSeconds,
    source: sourceOf(origins, 'cognito_client_id'),
    gives: 'ID token',
  }
}
