/** Every session in the vault, whichever profiles lead to it. The shape is that of `status --all --json`. */
import type { Profile } from '../profile/profile.ts'
import { serverTime } from './server-clock.ts'
import type { BrokerClock, Vault } from './broker.ts'
import { sessionId } from './entry-names.ts'
import { listSessions, readSession } from './stored-session.ts'
import { credentialsStatus, sessionStatus } from './status.ts'
import type { CredentialsStatus, SessionStatus } from './status.ts'

/** A session, by which profiles it is used, and their credentials. */
export interface StoredSessionStatus extends SessionStatus {
  /** `cognito_session`, where one is set. */
  sessionName?: string
  /** The profiles that lead to it; none where their settings changed since. */
  profiles: string[]
  credentials: ({ profile: string } & CredentialsStatus)[]
}

/** One of them, and the instant by the clock of its servers. */
export interface ReadSession {
  session: StoredSessionStatus
  now: Date
}

/** Those of `profiles` first, in their order, then those to which none leads any more. */
export function readAllSessions(
  vault: Vault,
  { profiles, clock }: { profiles: Profile[]; clock: BrokerClock },
): ReadSession[] {
  const leading = new Map<string, Profile[]>()
  for (const profile of profiles) {
    if (!profile.signIn) continue
    const id = sessionId(profile.signIn)
    leading.set(id, [...(leading.get(id) ?? []), profile])
  }
  const stored = listSessions(vault)
  const inOrder = [
    ...[...leading.keys()].filter((id) => stored.includes(id)),
    ...stored.filter((id) => !leading.has(id)),
  ]
  return inOrder.map((id) => {
    const session = readSession(vault, id)
    const active = session.state === 'active' ? session : undefined
    const using = leading.get(id) ?? []
    const aud = active?.claims.raw['aud']
    // What no profile says any more, the token does.
    const claimed = active
      ? { issuer: active.claims.issuer, ...(typeof aud === 'string' ? { clientId: aud } : {}) }
      : {}
    const now = serverTime(clock, active)
    const sessionName = using[0]?.signIn?.sessionName
    const told = {
      ...(sessionName === undefined ? {} : { sessionName }),
      profiles: using.map(({ name }) => name),
      ...sessionStatus(session, using[0]?.signIn ?? claimed, now),
      credentials: using.map((profile) => ({
        profile: profile.name,
        ...credentialsStatus(profile, vault, clock),
      })),
    }
    return { session: told, now }
  })
}
