/** The status in words, for people. Pure. */
import type { ReadSession } from '../../broker/all-sessions.ts'
import type { Lives } from '../../broker/lives.ts'
import type { CredentialsStatus, SessionStatus, Status } from '../../broker/status.ts'
import type { DrawingStyle } from '../../insight/drawing-style.ts'
import { drawTimeLeft } from '../../insight/time-left.ts'
import { clockNote, lifetime, table } from './words.ts'

/** `now` in milliseconds of the servers' clock. */
export interface StatusView {
  now: number
  isGuest: boolean
  isSignedIn: boolean
}

/** A row for each thing that is known. */
export function statusText(found: Status, view: StatusView): string {
  const { now, isGuest } = view
  return table([
    ['Profile', found.profile],
    ['Session', isGuest ? GUEST : sessionText(found.session, now)],
    ['Credentials', credentialsText(found.credentials, view)],
    ...furtherRows(found),
  ])
}

/** The same with a bar for the time that is left of each thing that expires. */
export function statusPicture(
  found: Status,
  view: StatusView & { lives: Lives; style: DrawingStyle },
): string {
  const { now, isGuest, lives, style } = view
  const { session, credentials } = found
  const isUsable = session.state === 'valid' || session.state === 'refreshable'
  const rows: [name: string, value: string, life?: Lives[keyof Lives]][] = [
    ['Profile', found.profile],
    ['Session', isGuest ? GUEST : isUsable ? whoOf(session) : sessionText(session, now)],
  ]
  if (isUsable && session.idTokenExpiresAt !== undefined) {
    const text = session.state === 'valid' ? left(session.idTokenExpiresAt, now) : 'will be refreshed'
    rows.push(['ID token', text, lives.idToken])
  }
  if (isUsable && session.refreshTokenExpiresAt !== undefined)
    rows.push(['Sign-in', left(session.refreshTokenExpiresAt, now), lives.signIn])
  rows.push(['Credentials', credentialsText(credentials, view), lives.credentials], ...furtherRows(found))
  const drawn = rows.map(([, , life]) => (life ? `${drawTimeLeft(life, new Date(now), style)}  ` : ''))
  const lines = table(rows.map(([name, value]) => [name, value])).split('\n')
  const column = Math.max(...rows.map(([name]) => name.length)) + 2
  return lines
    .map((line, index) => line.slice(0, column) + (drawn[index] ?? '') + line.slice(column))
    .join('\n')
}

/** A block for each session. */
export function allSessionsText(sessions: ReadSession[]): string {
  return sessions
    .map(({ session, now: serverTime }) => {
      const now = serverTime.getTime()
      const { profiles, issuer, clientId, credentials, sessionName } = session
      const isSignedIn = session.state === 'valid' || session.state === 'refreshable'
      const rows: [string, string][] = [['Session', sessionText(session, now)]]
      if (clientId !== undefined) rows.push(['App client', `${clientId} of ${issuer ?? 'an unknown issuer'}`])
      if (sessionName !== undefined) rows.push(['Named', sessionName])
      rows.push([
        'Profiles',
        profiles.join(', ') || 'none leads to it any more (poolkey logout --all wipes it)',
      ])
      for (const one of credentials) {
        if (one.state === 'none') continue
        rows.push(['Credentials', `${one.profile}: ${credentialsText(one, { now, isSignedIn })}`])
      }
      return table(rows)
    })
    .join('\n')
}

const GUEST = 'a guest: nobody signs in'

function furtherRows({ credentials, store, clockSkewSeconds }: Status): [string, string][] {
  const rows: [string, string][] = []
  if (credentials.roleArn !== undefined) rows.push(['Role', credentials.roleArn])
  if (store !== undefined) rows.push(['Store', store])
  const clock = clockNote((clockSkewSeconds ?? 0) * 1000)
  if (clock !== undefined) rows.push(['Clock', clock])
  return rows
}

function credentialsText(
  { expiresAt, state }: CredentialsStatus,
  { now, isSignedIn }: Pick<StatusView, 'now' | 'isSignedIn'>,
): string {
  if (expiresAt === undefined) return 'none'
  if (state !== 'expired') return `${state}, ${left(expiresAt, now)}`
  return `expired${isSignedIn ? ': the next command that needs some renews them' : ''}`
}

function sessionText(session: SessionStatus, now: number): string {
  const who = whoOf(session)
  switch (session.state) {
    case 'none':
      return 'nobody is signed in'
    case 'ended':
      return who === '' ? 'damaged: sign in again' : `${who} must sign in again`
    case 'valid':
    case 'refreshable': {
      const end = session.refreshTokenExpiresAt
      const more = end === undefined ? '' : `, sign-in good for ${left(end, now)}`
      return `${who}, ${session.state === 'valid' ? `ID token: ${left(session.idTokenExpiresAt ?? '', now)}` : 'will be refreshed'}${more}`
    }
  }
}

function whoOf({ email, userName }: SessionStatus): string {
  return email ?? userName ?? ''
}

function left(instant: string, now: number): string {
  const ms = Date.parse(instant) - now
  return ms > 0 ? `${lifetime(ms)} left` : 'expired'
}
