/** The identity pool: `GetId`, `GetCredentialsForIdentity` and `GetOpenIdToken` of the cognito-identity API. */
import { randomUUID } from 'node:crypto'
import { notAuthorized, Refusal } from './answer.ts'
import type { Endpoint } from './answer.ts'
import { awsJsonEndpoint } from './aws-json.ts'
import type { EmulatorSettings } from './configuration.ts'
import { uuidOf } from './configuration.ts'
import { readMember, readLogins } from './identity-pool-parameters.ts'
import type { CredentialBook } from './issued-credentials.ts'
import { signToken } from './json-web-token.ts'
import { verifyLogin } from './login-token.ts'
import type { VerifiedLogin } from './login-token.ts'
import { identityPoolIssuer, identityPoolPrincipal } from './partition.ts'
import { mappedRole } from './role-mapping.ts'
import { isAllowed } from './trust-policy.ts'
import type { TrustRequest } from './trust-policy.ts'
import type { UserPool } from './user-pool.ts'

const OPEN_ID_TOKEN_SECONDS = 600

interface IdentityPoolOptions {
  settings: EmulatorSettings
  pool: UserPool
  credentials: CredentialBook
  now: () => number
}

/** The endpoint behind `X-Amz-Target: AWSCognitoIdentityService.*`. */
export function createIdentityPool(options: IdentityPoolOptions): Endpoint {
  const { settings, pool, credentials, now } = options
  /** Identity ID -> the logins it is linked to, none for a guest. */
  const identities = new Map<string, Set<string>>()

  function verifyLogins(logins: Record<string, string>): VerifiedLogin[] {
    return Object.entries(logins).map(([providerName, token]) =>
      verifyLogin({ providerName, token }, { settings, pool, now: now() }),
    )
  }

  function refuseGuestsUnlessAllowed(): void {
    if (settings.identityPool.allowUnauthenticated) return
    throw notAuthorized('Unauthenticated access is not supported for this identity pool.')
  }

  function createIdentity(uuid: string, logins: string[]): string {
    const identityId = `${settings.identityPoolId.split(':')[0] ?? ''}:${uuid}`
    identities.set(identityId, new Set(logins))
    return identityId
  }

  function identityOf(logins: string[]): string | undefined {
    return [...identities].find(([, linked]) => logins.some((login) => linked.has(login)))?.[0]
  }

  function getId(input: Record<string, unknown>): string {
    const poolId = readMember(input, 'IdentityPoolId', { pattern: /^[\w-]+:[0-9a-f-]+$/, max: 55 })
    const logins = verifyLoginsOf(input)
    if (poolId !== settings.identityPoolId) {
      throw new Refusal('ResourceNotFoundException', `IdentityPool '${poolId}' not found.`)
    }
    if (logins.length === 0) {
      refuseGuestsUnlessAllowed()
      return createIdentity(randomUUID(), [])
    }
    const names = logins.map(nameOf)
    return identityOf(names) ?? createIdentity(uuidOf(`${poolId} ${names[0] ?? ''}`), names)
  }

  function verifyLoginsOf(input: Record<string, unknown>): VerifiedLogin[] {
    return verifyLogins(readLogins(input))
  }

  /** The identity a request speaks for; a guest who signs in becomes, or is merged into, the identity of that login. */
  function resolveIdentity(input: Record<string, unknown>): { identityId: string; logins: VerifiedLogin[] } {
    const identityId = readMember(input, 'IdentityId', { pattern: /^[\w-]+:[0-9a-f-]+$/, max: 55 })
    const linked = identities.get(identityId)
    if (!linked) throw new Refusal('ResourceNotFoundException', `Identity '${identityId}' not found.`)
    const logins = verifyLoginsOf(input)
    if (logins.length === 0) {
      refuseGuestsUnlessAllowed()
      if (linked.size > 0) throw notAuthorized(`Access to Identity '${identityId}' is forbidden.`)
      return { identityId, logins }
    }
    const names = logins.map(nameOf)
    if (linked.size === 0) {
      const merged = identityOf(names)
      if (merged !== undefined) return { identityId: merged, logins }
      for (const name of names) linked.add(name)
    }
    if (!names.some((name) => linked.has(name))) {
      throw notAuthorized(
        "Logins don't match. Please include at least one valid login for this identity or identity pool.",
      )
    }
    return { identityId, logins }
  }

  function getCredentials(input: Record<string, unknown>): string {
    const customRoleArn = readMember(input, 'CustomRoleArn', { min: 20, max: 2048, isOptional: true })
    const { identityId, logins } = resolveIdentity(input)
    const [login] = logins
    const roleArn = login
      ? mappedRole(settings.identityPool, { claims: login.claims, customRoleArn, identityId })
      : settings.identityPool.unauthenticatedRole
    const role = settings.roles.find(({ arn }) => arn === roleArn)
    const actions: TrustRequest['action'][] = ['sts:AssumeRoleWithWebIdentity']
    if (login && settings.identityPool.principalTags) actions.push('sts:TagSession')
    const isTrusted = actions.every(
      (action) => role && isAllowed(role.trustPolicy, trustRequest(action, { identityId, logins })),
    )
    if (!role || !isTrusted) {
      throw new Refusal(
        'InvalidIdentityPoolConfigurationException',
        'Invalid identity pool configuration. Check assigned IAM roles for this pool.',
      )
    }

    const issued = credentials.issue({
      role,
      sessionName: 'CognitoIdentityCredentials',
      seconds: settings.credentialsSeconds,
      isGuest: !login,
    })
    const { accessKeyId, secretAccessKey, sessionToken, expiration } = issued
    const json = JSON.stringify({
      IdentityId: identityId,
      Credentials: {
        AccessKeyId: accessKeyId,
        SecretKey: secretAccessKey,
        SessionToken: sessionToken,
        Expiration: 0,
      },
    })
    return json.replace(/"Expiration":0\}\}$/, `"Expiration":${exponentForm(expiration)}}}`)
  }

  function trustRequest(
    action: TrustRequest['action'],
    identity: { identityId: string; logins: VerifiedLogin[] },
  ): TrustRequest {
    const name = identityPoolPrincipal(settings.identityPoolId)
    return {
      action,
      principal: { kind: 'federated', name },
      keys: {
        [`${name}:aud`]: settings.identityPoolId,
        [`${name}:sub`]: identity.identityId,
        [`${name}:amr`]: amrOf(identity.logins),
      },
    }
  }

  function getOpenIdToken(input: Record<string, unknown>): string {
    const { identityId, logins } = resolveIdentity(input)
    const { allowClassicFlow, roleMapping } = settings.identityPool
    if (!allowClassicFlow) {
      throw new Refusal(
        'InvalidParameterException',
        'Basic (classic) flow is not enabled, please use enhanced flow.',
      )
    }
    if (roleMapping.kind !== 'none') {
      throw new Refusal(
        'InvalidParameterException',
        'Basic (classic) flow is not supported with RoleMappings, please use enhanced flow.',
      )
    }
    const nowSeconds = Math.floor(now() / 1000)
    const claims = {
      sub: identityId,
      aud: settings.identityPoolId,
      amr: amrOf(logins),
      iss: identityPoolIssuer(settings.identityPoolId),
      exp: nowSeconds + OPEN_ID_TOKEN_SECONDS,
      iat: nowSeconds,
      ...(settings.secretMark === '' ? {} : { 'custom:mark': settings.secretMark }),
    }
    return JSON.stringify({ IdentityId: identityId, Token: signToken(claims, pool.keys.identityPool) })
  }

  return awsJsonEndpoint((name, input) => {
    switch (name) {
      case 'GetId':
        return { body: JSON.stringify({ IdentityId: getId(input) }) }
      case 'GetCredentialsForIdentity':
        return { body: getCredentials(input) }
      case 'GetOpenIdToken':
        return { body: getOpenIdToken(input) }
      default:
        throw new Refusal('UnknownOperationException')
    }
  })
}

function nameOf({ providerName, subject }: VerifiedLogin): string {
  return `${providerName}:CognitoSignIn:${subject}`
}

function amrOf(logins: VerifiedLogin[]): string[] {
  if (logins.length === 0) return ['unauthenticated']
  return ['authenticated', ...logins.flatMap((login) => [login.providerName, nameOf(login)])]
}

/** Epoch seconds as the service writes them: `1.785258E9`. */
function exponentForm(instant: Date): string {
  return (instant.getTime() / 1000).toExponential().replace('e+', 'E')
}
