/** The links from a profile to its session. Pure. */
import type { Profile, SignInSettings } from '../profile/profile.ts'
import type { ProfileOrigins } from '../profile/setting-origins.ts'
import type { SettingKey } from '../profile/settings.ts'
import { durationText } from './duration-text.ts'
import { sourceText } from './hop.ts'
import type { Hop, HopValue } from './hop.ts'

// Cognito Developer Guide: authorization codes; app client's ID, access and refresh token validity, where nobody set them.
const CODE_SECONDS = 300
const TOKEN_SECONDS = 3600
const REFRESH_TOKEN_DAYS = 30
const DAY_SECONDS = 86_400
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
  values.push(...optional(origins, 'sign-in from', 'cognito_source_profile'))
  return {
    ...{ id: 'profile', title: `Profile ${profile.name}`, values },
    source: sourceText(origins.header),
  }
}

/** The sign-in of a person, and the session that it leaves. */
export function signInHops(signIn: SignInSettings, origins: ProfileOrigins): Hop[] {
  return [signInHop(signIn, origins), sessionHop(signIn, origins)]
}

function signInHop(signIn: SignInSettings, origins: ProfileOrigins): Hop {
  const from = (key: SettingKey) => sourceText(origins.setting(key)?.origin)
  const { domain, method } = signIn
  const isBrowser = method === 'browser'
  const way = isBrowser ? 'the browser, authorization code and PKCE' : 'user name and password (SRP)'
  const values: HopValue[] = [
    { name: 'user pool', value: signIn.userPoolId, source: from('cognito_user_pool_id') },
    { name: 'app client', value: signIn.clientId, source: from('cognito_client_id') },
    { name: 'sign-in by', value: way, source: from('cognito_sign_in') },
  ]
  if (domain) values.push({ name: 'domain', value: domain.origin, source: from('cognito_domain') })
  values.push({ name: 'issuer', value: signIn.issuer, source: from('cognito_issuer') })
  if (isBrowser) {
    values.push({
      ...{ name: 'callback URL', value: signIn.redirectUris.join(', ') },
      source: from('cognito_redirect_uri'),
    })
  }
  values.push(
    { name: 'scopes', value: signIn.scopes.join(' '), source: from('cognito_scopes') },
    ...optional(origins, 'provider', 'cognito_identity_provider'),
    ...optional(origins, 'provider', 'cognito_idp_identifier'),
    ...optional(origins, 'user name', 'cognito_username'),
    ...optional(origins, 'login hint', 'cognito_login_hint'),
    ...optional(origins, 'language', 'cognito_lang'),
    ...optional(origins, 'prompt', 'cognito_prompt'),
    ...optional(origins, 'browser', 'cognito_browser'),
  )
  const source = from('cognito_user_pool_id')
  const hop = { id: 'sign-in' as const, title: 'Sign-in', values, source }
  if (!isBrowser) return { ...hop, gives: 'tokens' }
  const value = `${durationText(CODE_SECONDS)}, good once`
  values.push({ name: 'code', value, source: 'Cognito', lifetimeSeconds: CODE_SECONDS })
  return { ...hop, lifetimeSeconds: CODE_SECONDS, gives: 'code, then tokens' }
}

function sessionHop({ refreshTokenDays }: SignInSettings, origins: ProfileOrigins): Hop {
  const value = `${durationText(TOKEN_SECONDS)}, ${UNLESS}`
  const token = { value, source: 'Cognito', lifetimeSeconds: TOKEN_SECONDS }
  const refreshSeconds = (refreshTokenDays ?? REFRESH_TOKEN_DAYS) * DAY_SECONDS
  const days = durationText(refreshSeconds)
  const source =
    refreshTokenDays === undefined
      ? 'Cognito'
      : sourceText(origins.setting('cognito_refresh_token_days')?.origin)
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
      ...optional(origins, 'session name', 'cognito_session'),
      ...optional(origins, 'auto login', 'cognito_auto_login'),
    ],
    lifetimeSeconds: refreshSeconds,
    source: sourceText(origins.setting('cognito_client_id')?.origin),
    gives: 'ID token',
  }
}

/** A setting's text, where somebody set it. */
export function optional(origins: ProfileOrigins, name: string, key: SettingKey): HopValue[] {
  const found = origins.setting(key)
  if (!found || found.origin.kind === 'default') return []
  return [{ name, value: found.text, source: sourceText(found.origin) }]
}
