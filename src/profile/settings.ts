/**
 * The table of all `cognito_*` keys. Parsing, error texts, the suggestion for a mistyped key and the README's table
 * come from here, so that they cannot disagree.
 */
import * as types from './setting-types.ts'
import type { SettingType } from './setting-types.ts'

/** S: sign-in, P: pool (both inherited through `cognito_source_profile`), X: exchange, -: neither. */
export type SettingGroup = 'S' | 'P' | 'X' | '-'

/** One row of the table. `default` is the text taken where none stands; `defaultHelp` tells of any other default. */
export interface Setting<T, K extends string = string> {
  key: K
  group: SettingGroup
  type: SettingType<T>
  help: string
  default?: string
  defaultHelp?: string
  /** Another key that says the same thing differently: only one may stand in one place, the nearer place wins. */
  alternative?: string
}

function setting<const K extends string, T>(key: K, row: Omit<Setting<T, K>, 'key'>): Setting<T, K> {
  return { key, ...row }
}

/** Every setting, in the order of the README. */
export const SETTINGS = {
  userPoolId: setting('cognito_user_pool_id', {
    group: 'S',
    type: types.USER_POOL_ID,
    help: 'User pool; its region is the part before `_`.',
    defaultHelp: 'required unless guest',
  }),
  clientId: setting('cognito_client_id', {
    group: 'S',
    type: types.CLIENT_ID,
    help: 'App client.',
    defaultHelp: 'required unless guest',
  }),
  domain: setting('cognito_domain', {
    group: 'S',
    type: types.DOMAIN,
    help: 'Host of the hosted UI, prefix or custom domain; `https://` in front is accepted, `http://` only for a loopback host.',
    defaultHelp: 'required for browser sign-in',
  }),
  issuer: setting('cognito_issuer', {
    group: 'S',
    type: types.ISSUER,
    help: 'Issuer URL; keys are read from `<issuer>/.well-known/jwks.json`. `http://` only for a loopback host.',
    defaultHelp:
      '`https://cognito-idp.<region>.<suffix>/<pool>`; the `issuer-cognito-idp` form of the same pool is accepted too',
  }),
  redirectUris: setting('cognito_redirect_uri', {
    group: 'S',
    type: types.REDIRECT_URIS,
    help: 'Registered loopback callback URLs, comma-separated, tried in order.',
    default: 'http://localhost:8400/callback',
  }),
  logoutUri: setting('cognito_logout_uri', {
    group: 'S',
    type: types.LOGOUT_URI,
    help: 'Registered sign-out URL; needed by `logout --web` and `login --switch-account`.',
  }),
  scopes: setting('cognito_scopes', {
    group: 'S',
    type: types.SCOPES,
    help: 'Scopes, space-separated; must contain `openid`.',
    default: 'openid email profile',
  }),
  identityProvider: setting('cognito_identity_provider', {
    group: 'S',
    type: types.plainText(128),
    help: 'Skips the provider chooser: `Google`, `COGNITO`, a SAML or OIDC provider name. Not beside `cognito_idp_identifier`.',
    alternative: 'cognito_idp_identifier',
  }),
  idpIdentifier: setting('cognito_idp_identifier', {
    group: 'S',
    type: types.plainText(128),
    help: 'Skips the provider chooser by an identifier of the provider, such as an email domain.',
    alternative: 'cognito_identity_provider',
  }),
  loginHint: setting('cognito_login_hint', {
    group: 'S',
    type: types.plainText(256),
    help: 'Passed to `/oauth2/authorize`: a user name to fill in.',
  }),
  lang: setting('cognito_lang', {
    group: 'S',
    type: types.LANGUAGE,
    help: 'Passed to `/oauth2/authorize`: the language of managed login.',
  }),
  prompt: setting('cognito_prompt', {
    group: 'S',
    type: types.PROMPT,
    help: 'Passed to `/oauth2/authorize`: `none`, `login`, `select_account`, `consent`.',
  }),
  method: setting('cognito_sign_in', {
    group: 'S',
    type: types.choice('browser', 'password'),
    help: '`browser` or `password` (SRP and every challenge a terminal can answer).',
    default: 'browser',
  }),
  username: setting('cognito_username', {
    group: 'S',
    type: types.plainText(128),
    help: 'Fills in the user name.',
  }),
  sessionName: setting('cognito_session', {
    group: 'S',
    type: types.plainText(64),
    help: "A name that keeps two people's or purposes' sign-ins to one client apart.",
  }),
  refreshTokenDays: setting('cognito_refresh_token_days', {
    group: 'S',
    type: types.DAYS,
    help: "The app client's refresh token validity, for `status` (no API tells it).",
    defaultHelp: 'unknown',
  }),
  autoLogin: setting('cognito_auto_login', {
    group: 'S',
    type: types.TRUE_OR_FALSE,
    help: '`true`: `credential-process` may open the browser when nobody is signed in.',
    default: 'false',
  }),
  browserCommand: setting('cognito_browser', {
    group: 'S',
    type: types.COMMAND,
    help: 'Command that opens a URL (split into words, no shell).',
    defaultHelp: "`$BROWSER`, else the system's browser",
  }),
  identityPoolId: setting('cognito_identity_pool_id', {
    group: 'P',
    type: types.IDENTITY_POOL_ID,
    help: 'Identity pool; its region is the part before `:`.',
  }),
  loginsKey: setting('cognito_logins_key', {
    group: 'P',
    type: types.LOGINS_KEY,
    help: 'Override of the Logins map key.',
    defaultHelp: 'issuer without scheme',
  }),
  exchange: setting('cognito_exchange', {
    group: 'X',
    type: types.choice('enhanced', 'basic', 'web-identity'),
    help: '`enhanced` (GetId + GetCredentialsForIdentity), `basic` (GetId + GetOpenIdToken + AssumeRoleWithWebIdentity) or `web-identity` (AssumeRoleWithWebIdentity with the ID token).',
    defaultHelp: '`enhanced` with an identity pool; `web-identity` with only a role; neither: sign-in only',
  }),
  guest: setting('cognito_guest', {
    group: 'X',
    type: types.TRUE_OR_FALSE,
    help: '`true`: unauthenticated identity, no sign-in.',
    default: 'false',
  }),
  roleArn: setting('cognito_role_arn', {
    group: 'X',
    type: types.ROLE_ARN,
    help: 'enhanced: CustomRoleArn; basic and web-identity: the role to assume (required). An ARN without account only where an STS endpoint is set.',
  }),
  roleSessionName: setting('cognito_role_session_name', {
    group: 'X',
    type: types.ROLE_SESSION_NAME,
    help: 'Name of the role session; basic and web-identity.',
    defaultHelp: 'email, else user name, else sub; made valid',
  }),
  durationSeconds: setting('cognito_duration_seconds', {
    group: 'X',
    type: types.wholeNumber(900, 43200),
    help: 'Life of the credentials in seconds, 900 to 43200; basic and web-identity.',
    default: '3600',
  }),
  sessionPolicy: setting('cognito_session_policy', {
    group: 'X',
    type: types.SESSION_POLICY,
    help: 'Inline session policy, JSON or `file://`; basic and web-identity.',
  }),
  policyArns: setting('cognito_policy_arns', {
    group: 'X',
    type: types.POLICY_ARNS,
    help: 'Managed session policies, ARNs separated by commas; basic and web-identity.',
  }),
  chainRoleArn: setting('cognito_chain_role_arn', {
    group: 'X',
    type: types.ROLE_ARN,
    help: "A second role, assumed by poolkey with the first one's credentials (cross-account).",
  }),
  chainExternalId: setting('cognito_chain_external_id', {
    group: 'X',
    type: types.EXTERNAL_ID,
    help: 'External ID for the second role.',
  }),
  chainSessionName: setting('cognito_chain_session_name', {
    group: 'X',
    type: types.ROLE_SESSION_NAME,
    help: "Name of the second role's session.",
  }),
  chainDurationSeconds: setting('cognito_chain_duration_seconds', {
    group: 'X',
    type: types.wholeNumber(900, 3600),
    help: "Life of the second role's credentials in seconds, 900 to 3600 (AWS's limit for chained roles).",
    default: '3600',
  }),
  sourceProfile: setting('cognito_source_profile', {
    group: '-',
    type: types.PROFILE_NAME,
    help: 'Takes missing sign-in (S) and pool (P) keys from that profile, so that many roles share one sign-in; one level, no cycles.',
  }),
}

/** The name of a setting's key, as a union. */
export type SettingKey = (typeof SETTINGS)[keyof typeof SETTINGS]['key']

/** The rows in the order of the README. */
export const SETTING_LIST: Setting<unknown, SettingKey>[] = Object.values(SETTINGS)

/** The setting of a key, in lower case. */
export function settingOf(key: string): Setting<unknown, SettingKey> | undefined {
  return SETTING_LIST.find((one) => one.key === key)
}

/** The README's table of settings, in Markdown. */
export function settingsTable(): string {
  const rows = SETTING_LIST.map((one) => {
    const fallback = one.default === undefined ? (one.defaultHelp ?? 'none') : `\`${one.default}\``
    return `| \`${one.key}\` | ${one.group} | ${one.help} | ${fallback} |`
  })
  return ['| key | | meaning | default |', '|---|---|---|---|', ...rows, ''].join('\n')
}
