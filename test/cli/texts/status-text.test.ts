import { expect, test } from 'vitest'
import type { Status } from '../../../src/broker/status.ts'
import { statusPicture } from '../../../src/cli/texts/status-text.ts'
import { drawTimeLeft } from '../../../src/insight/time-left.ts'

const NOW = Date.parse('2026-11-22T10:00:00Z')
const HOUR = 60
const at = (minutes: number) => new Date(NOW + minutes * 60_000)
const life = (from: number, to: number) => ({ issuedAt: at(from), expiresAt: at(to) })
const STYLE = { columns: 80, isUnicode: true, isColoured: false }

const FOUND: Status = {
  ...{ version: 1, profile: 'dev', store: 'keychain', clockSkewSeconds: 0 },
  session: {
    ...{ state: 'valid', email: 'ann@example.com' },
    idTokenExpiresAt: at(30).toISOString(),
    refreshTokenExpiresAt: at(7 * 24 * HOUR).toISOString(),
  },
  credentials: {
    ...{ state: 'stale', exchange: 'enhanced', roleArn: 'arn:aws:iam::111122223333:role/Editor' },
    expiresAt: at(6).toISOString(),
  },
}

const LIVES = {
  idToken: life(-30, 30),
  signIn: life(-21 * 24 * HOUR, 7 * 24 * HOUR),
  credentials: life(-54, 6),
}

const view = { now: NOW, isGuest: false, isSignedIn: true, lives: LIVES, style: STYLE }

test('at a terminal each thing that expires has a bar', () => {
  expect(statusPicture(FOUND, view)).toBe(`\
Profile      dev
Session      ann@example.com
ID token     ██████████░░░░░░░░░░  30 min left
Sign-in      █████░░░░░░░░░░░░░░░  7 days left
Credentials  ██░░░░░░░░░░░░░░░░░░  stale, 6 min left
Role         arn:aws:iam::111122223333:role/Editor
Store        keychain
`)
})

test('bars can be drawn in ASCII, and in colour', () => {
  const ascii = statusPicture(FOUND, { ...view, style: { ...STYLE, isUnicode: false } })
  expect(ascii).toContain('\nID token     ##########..........  30 min left\n')
  const coloured = statusPicture(FOUND, { ...view, style: { ...STYLE, isColoured: true } })
  expect(coloured).toContain('\u001b[32m██████████\u001b[0m\u001b[2m░░░░░░░░░░\u001b[0m')
  expect(coloured).toContain('\u001b[33m██\u001b[0m')
})

test('what is over has an empty bar, and what never was none', () => {
  const session = { ...FOUND.session, state: 'refreshable' as const }
  const credentials = { state: 'none' as const, exchange: 'enhanced' }
  const lives = { idToken: life(-90, -30), signIn: LIVES.signIn }
  const shown = statusPicture({ ...FOUND, session, credentials }, { ...view, lives })
  expect(shown).toContain('\nID token     ░░░░░░░░░░░░░░░░░░░░  will be refreshed\n')
  expect(shown).toContain('\nCredentials  none\n')
})

test('of nobody and of a guest there is no more than that', () => {
  const found: Status = {
    ...{ version: 1, profile: 'dev', store: undefined, clockSkewSeconds: undefined },
    ...{ session: { state: 'none' }, credentials: { state: 'none', exchange: 'enhanced' } },
  }
  const nothing = { ...view, lives: {} }
  const rest = 'Credentials  none\n'
  expect(statusPicture(found, nothing)).toBe(`Profile      dev\nSession      nobody is signed in\n${rest}`)
  expect(statusPicture(found, { ...nothing, isGuest: true })).toBe(
    `Profile      dev\nSession      a guest: nobody signs in\n${rest}`,
  )
})

test.each([
  [0, 60, 20],
  [-1, 59, 20],
  [-59.99, 0.01, 1],
  [-60, 0, 0],
  [-90, -30, 0],
  // Issued in the future, by a clock that was set: as if it began now.
  [10, 70, 20],
  [0, 0, 0],
])('of a life from minute %f to minute %f %i parts of 20 are left', (from, to, parts) => {
  const bar = drawTimeLeft(life(from, to), new Date(NOW), { ...STYLE, isUnicode: false })
  expect(bar).toBe('#'.repeat(parts) + '.'.repeat(20 - parts))
})

test('a hostile name shows as text beside the bars', () => {
  const session = { ...FOUND.session, email: '\u001b[2J█' }
  expect(statusPicture({ ...FOUND, session }, view)).toContain('\nSession      \\u{1b}[2J█\n')
})
