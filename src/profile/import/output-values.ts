/** What an output is of, by its value; and by its name where values look alike. Pure. */
import type { Leaf } from './literal.ts'
import type { Sighting, Subject } from './sightings.ts'

// The forms are those that the services give out: https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/
const REGION = '[a-z]{2,4}(?:-[a-z]+)+-\\d'
const USER_POOL = `${REGION}_[0-9A-Za-z]+`
const WHOLE_USER_POOL = new RegExp(`^${USER_POOL}$`)
// In an issuer, a provider's name and an ARN.
const USER_POOL_WITHIN = new RegExp(
  `^(?:(?:https://)?(?:issuer-)?cognito-idp\\.${REGION}\\.[a-z.]+/|arn:aws[\\w-]*:cognito-idp:${REGION}:\\d{12}:userpool/)(${USER_POOL})$`,
)
const IDENTITY_POOL = new RegExp(`^${REGION}:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
const CLIENT = /^[a-z0-9]{20,32}$/
const COGNITO_HOST = new RegExp(
  `^(?:https://)?([a-z0-9-]+\\.auth(?:-fips)?\\.${REGION}\\.amazoncognito\\.com)(?:[/?#].*)?$`,
)
const HOST = /^(?:https:\/\/)?((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*)\/?$/i
const PREFIX = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/
const ROLE = /^arn:aws[\w-]*:iam::\d{12}:role\/.+$/
const URLS = /^[a-z][a-z0-9+.-]*:\/\/[^\s,]*(?:\s*,\s*[a-z][a-z0-9+.-]*:\/\/[^\s,]*)*$/i
const LONGEST = 4096
const OF_SECRETS = /secret|sensitive|passw|private|token|key|cred|hash/i

interface Named extends Sighting {
  /** Whether the name says the same as the value. */
  isNamed: boolean
}

/** What a leaf is of, with its value freed of what surrounds it; empty where it is of no use. */
export function subjectOf({ value, where, names }: Leaf): Named[] {
  if (typeof value !== 'string' || value.length > LONGEST) return []
  const name = names.at(-1) ?? ''
  const found = (subject: Subject, text = value, isNamed = true): Named[] => [
    { subject, value: text, where, isNamed },
  ]
  // Whether it is one is judged where one is chosen: what is left out is said.
  if (/secret|passw|private|token/i.test(name))
    return /client.*secret/i.test(name) ? found('client-secret') : []

  const [, pool] = USER_POOL_WITHIN.exec(value) ?? []
  if (pool !== undefined || WHOLE_USER_POOL.test(value)) return found('cognito_user_pool_id', pool)
  if (IDENTITY_POOL.test(value)) return found('cognito_identity_pool_id')
  if (ROLE.test(value))
    return /unauth|guest/i.test(name)
      ? []
      : found('cognito_role_arn', value, /auth|cognito|federat|poolkey/i.test(name))
  if (CLIENT.test(value)) {
    const isNamed = /client/i.test(name)
    // An API key looks the same: it would be shown, written into the profile and sent to the user pool.
    const isOther = /domain|prefix|bucket|account/i.test(name) || names.some((one) => OF_SECRETS.test(one))
    if (isNamed || !isOther) return found('cognito_client_id', value, isNamed)
  }
  const [, cognitoHost] = COGNITO_HOST.exec(value) ?? []
  if (cognitoHost !== undefined) return found('cognito_domain', cognitoHost)
  if (/domain/i.test(name)) return domainOf(value, name).flatMap((one) => found(...one))
  if (/log_?-?out|sign_?-?out/i.test(name)) return URLS.test(value) ? found('cognito_logout_uri') : []
  if (/call_?-?back|redirect/i.test(name)) return URLS.test(value) ? found('cognito_redirect_uri') : []
  if (/scopes?$/i.test(name)) return found('cognito_scopes')
  return /region$/i.test(name) && new RegExp(`^${REGION}$`).test(value) ? found('region') : []
}

function domainOf(value: string, name: string): [Subject, string, boolean][] {
  const isOfSignIn = /cognito|auth|log_?-?in|sign|pool|hosted/i.test(name)
  const [, host = ''] = HOST.exec(value) ?? []
  // A custom domain stands before a distribution, whose own name is no domain to sign in at.
  if (host !== '') return /\.cloudfront\.net$/i.test(host) ? [] : [['cognito_domain', host, isOfSignIn]]
  return PREFIX.test(value) ? [['domain-prefix', value, isOfSignIn]] : []
}
