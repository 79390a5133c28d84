/** STS: AssumeRoleWithWebIdentity, AssumeRole and GetCallerIdentity of the query API. */
import { Refusal, isForm } from './answer.ts'
import type { Answer, Endpoint, ReceivedRequest } from './answer.ts'
import type { EmulatorRole, EmulatorSettings } from './configuration.ts'
import { assumedRoleOf, parseRoleArn } from './issued-credentials.ts'
import type { CredentialBook, IssuedCredentials } from './issued-credentials.ts'
import {
  invalid,
  readAssumeParameters,
  readOptionalText,
  readTags,
  readText,
} from './security-token-parameters.ts'
import type { AssumeParameters } from './security-token-parameters.ts'
import { isoInstant, refusalAnswer, resultAnswer } from './security-token-xml.ts'
import type { XmlContent } from './security-token-xml.ts'
import { verifySignature } from './signature-v4.ts'
import { isAllowed } from './trust-policy.ts'
import type { TrustRequest } from './trust-policy.ts'
import type { UserPool } from './user-pool.ts'
import { verifyWebIdentity } from './web-identity.ts'

const TWELVE_HOURS = 43_200
const CHAINED_SECONDS = 3600

interface SecurityTokenOptions {
  settings: EmulatorSettings
  pool: UserPool
  credentials: CredentialBook
  now: () => number
}

/** The endpoint behind `POST /` with an `Action`. */
export function createSecurityToken(options: SecurityTokenOptions): Endpoint {
  const { settings, pool, credentials, now } = options

  function findRole(roleArn: string): EmulatorRole | undefined {
    const asked = parseRoleArn(roleArn)
    if (!asked) return undefined
    if (asked.accountId !== '') return settings.roles.find(({ arn }) => arn === roleArn)
    if (!settings.acceptRolesWithoutAccount) return undefined
    const known = settings.roles.find(({ arn }) => parseRoleArn(arn)?.name === asked.name)
    return known && { ...known, arn: roleArn }
  }

  function assume(
    role: EmulatorRole,
    parameters: AssumeParameters,
    isChained = false,
  ): Record<string, XmlContent> {
    const { sessionName, durationSeconds, packedPolicyPercent } = parameters
    const issued = credentials.issue({ role, sessionName, seconds: durationSeconds, isChained })
    const session = assumedRoleOf(issued)
    return {
      AssumedRoleUser: { Arn: session.arn, AssumedRoleId: session.id },
      Credentials: {
        AccessKeyId: issued.accessKeyId,
        SecretAccessKey: issued.secretAccessKey,
        SessionToken: issued.sessionToken,
        Expiration: isoInstant(issued.expiration, settings.expirationStyle),
      },
      PackedPolicySize: packedPolicyPercent,
    }
  }

  function refuseLongSession(role: EmulatorRole, seconds: number): void {
    if (seconds <= (role.maxSessionSeconds ?? TWELVE_HOURS)) return
    throw invalid('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.')
  }

  function assumeRoleWithWebIdentity(form: URLSearchParams): Answer {
    const token = readText(form, 'WebIdentityToken', { min: 4, max: 20_000 })
    const parameters = readAssumeParameters(form)
    const role = findRole(parameters.roleArn)
    const { accountId, partition } = parseRoleArn(role?.arn ?? parameters.roleArn) ?? {
      accountId: '',
      partition: 'aws',
    }
    const identity = verifyWebIdentity(token, {
      settings,
      pool,
      accountId: accountId === '' ? settings.accountId : accountId,
      partition,
      now: now(),
    })

    const actions: TrustRequest['action'][] = ['sts:AssumeRoleWithWebIdentity']
    if (identity.hasTags) actions.push('sts:TagSession')
    if (identity.sourceIdentity !== undefined) actions.push('sts:SetSourceIdentity')
    const principal = { kind: 'federated' as const, name: identity.principal }
    const keys = { ...identity.keys, 'sts:RoleSessionName': parameters.sessionName }
    if (!role || !actions.every((action) => isAllowed(role.trustPolicy, { action, principal, keys }))) {
      throw new Refusal('AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity', 403)
    }
    refuseLongSession(role, parameters.durationSeconds)
    return resultAnswer('AssumeRoleWithWebIdentity', {
      SubjectFromWebIdentityToken: identity.subject,
      Audience: identity.audience,
      ...assume(role, parameters),
      Provider: identity.issuer,
      SourceIdentity: identity.sourceIdentity,
    })
  }

  function assumeRole(caller: IssuedCredentials, form: URLSearchParams): Answer {
    const parameters = readAssumeParameters(form)
    const externalId = readOptionalText(form, 'ExternalId', { min: 2, max: 1224, pattern: /^[\w+=,.@:/-]*$/ })
    const sourceIdentity = readOptionalText(form, 'SourceIdentity', {
      min: 2,
      max: 64,
      pattern: /^[\w+=,.@-]*$/,
    })
    const tags = readTags(form)
    const { arn: sessionArn, accountId } = assumedRoleOf(caller)

    const actions: TrustRequest['action'][] = ['sts:AssumeRole']
    if (Object.keys(tags).length > 0) actions.push('sts:TagSession')
    if (sourceIdentity !== undefined) actions.push('sts:SetSourceIdentity')
    const role = findRole(parameters.roleArn)
    const principal = { kind: 'session' as const, sessionArn, roleArn: caller.roleArn, accountId }
    const keys = {
      'aws:PrincipalArn': caller.roleArn,
      'aws:PrincipalAccount': accountId,
      'sts:RoleSessionName': parameters.sessionName,
      ...(externalId === undefined ? {} : { 'sts:ExternalId': externalId }),
      ...(sourceIdentity === undefined ? {} : { 'sts:SourceIdentity': sourceIdentity }),
      ...Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:RequestTag/${key}`, value])),
    }
    const refused = actions.find(
      (action) => !role || !isAllowed(role.trustPolicy, { action, principal, keys }),
    )
    if (!role || refused !== undefined || caller.isGuest) {
      throw new Refusal(
        'AccessDenied',
        `User: ${sessionArn} is not authorized to perform: ${refused ?? 'sts:AssumeRole'} on resource: ${parameters.roleArn}`,
        403,
      )
    }
    refuseLongSession(role, parameters.durationSeconds)
    // Whoever signs here holds a role session: every AssumeRole is a chained one.
    if (parameters.durationSeconds > CHAINED_SECONDS) {
      throw invalid(
        'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
      )
    }
    return resultAnswer('AssumeRole', { ...assume(role, parameters, true), SourceIdentity: sourceIdentity })
  }

  function getCallerIdentity(caller: IssuedCredentials): Answer {
    const { arn, id, accountId } = assumedRoleOf(caller)
    return resultAnswer('GetCallerIdentity', { Arn: arn, UserId: id, Account: accountId })
  }

  function signedBy(request: ReceivedRequest): IssuedCredentials {
    return verifySignature(request, { credentials, service: 'sts', now: now() })
  }

  return (request) => {
    try {
      const form = new URLSearchParams(isForm(request) ? request.body : '')
      const action = form.get('Action')
      if (action === null) throw new Refusal('MissingAction', 'Missing Action')
      const version = form.get('Version') ?? ''
      switch (version === '2011-06-15' ? action : '') {
        case 'AssumeRoleWithWebIdentity':
          return assumeRoleWithWebIdentity(form)
        case 'AssumeRole':
          return assumeRole(signedBy(request), form)
        case 'GetCallerIdentity':
          return getCallerIdentity(signedBy(request))
        default:
          throw new Refusal('InvalidAction', `Could not find operation ${action} for version ${version}`)
      }
    } catch (error) {
      if (error instanceof Refusal) return refusalAnswer(error)
      throw error
    }
  }
}
