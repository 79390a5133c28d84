import { expect, test } from 'vitest'
import { checkNotes } from '../../src/cli/sign-in-check-words.ts'
import { profileWith } from '../errors/every-failure.ts'

const signIn = profileWith().signIn ?? expect.fail('no sign-in')
const CALLBACK = 'http://localhost:8400/callback'
const fine = { kind: 'accepted' } as const

test('what is accepted is told in two lines', () => {
  const check = { discovery: fine, keys: fine, callbacks: [{ redirectUri: CALLBACK, verdict: fine }] }
  expect(checkNotes(signIn, check).map(({ kind }) => kind)).toEqual(['fine', 'fine'])
})

test.each([
  ['redirect_mismatch', `register ${CALLBACK} letter by letter`],
  ['unauthorized_client', 'allow the authorization code grant'],
  ['invalid_scope', 'allow the scopes'],
  ['Client does not exist.', `check that app client ${signIn.clientId}`],
])('what is refused as %s is mended by: %s', (reason, fix) => {
  const verdict = { kind: 'refused', reason } as const
  const notes = checkNotes(signIn, {
    ...{ discovery: fine, keys: fine },
    callbacks: [{ redirectUri: CALLBACK, verdict }],
  })
  expect(notes[1]).toMatchObject({ kind: 'warning', what: expect.stringContaining(reason) as string })
  expect(notes[1]?.fix).toContain(fix)
})

test('an issuer that refuses is told with what to check, one that is silent without', () => {
  const notes = checkNotes(signIn, {
    discovery: { kind: 'refused', reason: 'HTTP 404' },
    keys: { kind: 'unknown', detail: 'no answer' },
    callbacks: [],
  })
  expect(notes).toEqual([
    {
      kind: 'warning',
      what: `${signIn.issuer} does not give its configuration: HTTP 404`,
      fix: 'check cognito_user_pool_id, and cognito_issuer if it is set',
    },
    { kind: 'warning', what: "could not tell of the issuer's signing keys: no answer" },
  ])
})
