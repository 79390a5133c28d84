/** The session and the exchange, run for real: what each link gave, or which one broke. */
import { obtainCredentials } from '../broker/credentials.ts'
import { serverTime } from '../broker/server-clock.ts'
import type { Broker } from '../broker/broker.ts'
import { renewSession } from '../broker/renewed-session.ts'
import { whoIs } from '../broker/session-entry.ts'
import type { Session } from '../broker/session-entry.ts'
import { isOurs, isPoolkeyError } from '../errors/poolkey-error.ts'
import type { PoolkeyError } from '../errors/poolkey-error.ts'
import { knownCauseOf } from '../errors/service-causes.ts'
import type { Credentials } from '../exchange/credentials.ts'
import type { Profile } from '../profile/profile.ts'
import { durationText } from './duration-text.ts'
import { fine, troubleOf } from './finding.ts'
import type { Finding } from './finding.ts'
import type { HopId } from './hop.ts'

/** Renews the session, if only to see that it can be; `session` is absent where nobody is signed in any more. */
export async function checkSession(broker: Broker): Promise<{ findings: Finding[]; session?: Session }> {
  try {
    const session = await renewSession(broker)
    return { findings: sessionFindings(broker, session), session }
  } catch (error) {
    return { findings: [troubleOrThrow(error, broker.profile)] }
  }
}

function sessionFindings(broker: Broker, { claims, refreshToken }: Session): Finding[] {
  const leftMs = claims.expiresAt.getTime() - serverTime(broker).getTime()
  const left = durationText(Math.max(0, Math.round(leftMs / 60_000) * 60))
  const who = whoIs(claims)
  const groups = claims.groups.map((word) => ({ kind: 'group', word }))
  const found = [
    fine(
      refreshToken
        ? `${who} is signed in; the ID token was renewed, and is good for ${left}`
        : `${who} is signed in for ${left}, and no longer: there is no refresh token`,
      [{ kind: 'user', word: who }],
    ),
  ]
  if (groups.length > 0) found.push(fine(`groups: ${claims.groups.join(', ')}`, groups))
  if (claims.roles.length > 0) {
    const preferred =
      claims.preferredRole === undefined ? 'none is preferred' : `preferred: ${claims.preferredRole}`
    found.push(fine(`roles that the token offers: ${claims.roles.join(', ')}; ${preferred}`))
  }
  return found
}

/** What every link of the exchange gave; `credentials` where all of them held. */
export interface ExchangeCheck {
  findings: Map<HopId, Finding[]>
  credentials?: Credentials
}

/** Exchanges anew, whatever is cached. `links` are those that the profile has, in their order. */
export async function checkExchange(
  broker: Broker,
  { links, session }: { links: HopId[]; session: Session | undefined },
): Promise<ExchangeCheck> {
  try {
    const { credentials } = await obtainCredentials(broker, { renew: true })
    const leftMs = credentials.expiration.getTime() - serverTime(broker).getTime()
    const left = durationText(Math.round(leftMs / 60_000) * 60)
    const last = links.at(-1)
    return {
      findings: new Map(
        links.map((link) => [link, [fine(link === last ? `${gave(link)} for ${left}` : gave(link))]]),
      ),
      credentials,
    }
  } catch (error) {
    const trouble = troubleOrThrow(error, broker.profile)
    const broken = brokenLink(error, broker.profile)
    const before = links.slice(0, Math.max(0, links.indexOf(broken)))
    const findings = new Map<HopId, Finding[]>(before.map((link) => [link, [fine(gave(link))]]))
    const offered = broken === 'role' && session ? rolesOffered(session) : []
    return { findings: findings.set(broken, [trouble, ...offered]) }
  }
}

/** Every profile has the link that this names: what is said of no link would be said by nobody. */
function brokenLink(error: unknown, { signIn }: Profile): HopId {
  return (isOurs(error) ? linkOf(error) : undefined) ?? (signIn ? 'session' : 'machine')
}

function gave(link: HopId): string {
  return link === 'identity-pool' ? 'gave an identity' : 'gave credentials'
}

function rolesOffered({ claims: { roles } }: Session): Finding[] {
  return [fine(roles.length === 0 ? 'the token offers no roles' : `the token offers ${roles.join(', ')}`)]
}

const LINKS = new Map<string, HopId>([
  ['InitiateAuth', 'sign-in'],
  ['RespondToAuthChallenge', 'sign-in'],
  ['GetTokensFromRefreshToken', 'session'],
  ['GetId', 'identity-pool'],
  ['GetOpenIdToken', 'identity-pool'],
  ['GetCredentialsForIdentity', 'identity-pool'],
  ['AssumeRoleWithWebIdentity', 'role'],
  ['AssumeRole', 'second-role'],
  ['GetCallerIdentity', 'tools'],
])
const MENDED_AT_THE_ROLE = ['first-role', 'role-choice']

/** Which link refused, or did not answer; undefined where it was none of the exchange. */
export function linkOf(error: PoolkeyError): HopId | undefined {
  if (isPoolkeyError(error, 'service-refused')) {
    const mend = knownCauseOf(error.facts)?.mend
    if (mend === 'sign-in' && error.facts.service === 'identity pool') return 'identity-pool'
    // The enhanced flow assumes the role within the identity pool's call.
    return mend !== undefined && MENDED_AT_THE_ROLE.includes(mend) ? 'role' : LINKS.get(error.facts.operation)
  }
  if (isPoolkeyError(error, 'network') || isPoolkeyError(error, 'unexpected-answer'))
    return LINKS.get(error.facts.operation)
  return undefined
}

/** The failure as a finding. A bug, and what ends the process, is thrown on. */
export function troubleOrThrow(error: unknown, profile: Profile): Finding {
  if (!isOurs(error) || isPoolkeyError(error, 'interrupted')) throw error
  return troubleOf(error, profile)
}
