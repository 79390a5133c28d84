import { expect, test } from 'vitest'
import { judgeAuthorizeAnswer } from '../../src/sign-in/authorize-answer.ts'

const DOMAIN = 'https://acme.auth.eu-west-1.amazoncognito.com'
const CALLBACK = 'http://localhost:8400/callback'
const asked = { url: new URL(`${DOMAIN}/oauth2/authorize?client_id=1abc`), redirectUri: CALLBACK }

const redirect = (location: string) => ({ status: 302, headers: { location }, body: Buffer.alloc(0) })
const page = (status: number, body = '') => ({ status, headers: {}, body: Buffer.from(body) })

test.each([
  { what: 'the sign-in page', answer: redirect('/login?client_id=1abc') },
  { what: 'the sign-in page, by its whole address', answer: redirect(`${DOMAIN}/login?client_id=1abc`) },
  { what: 'an identity provider', answer: redirect('https://login.example.com/saml?SAMLRequest=x') },
  { what: 'nobody signed in, where prompt=none asks', answer: redirect(`${CALLBACK}?error=login_required`) },
  { what: 'a code', answer: redirect(`${CALLBACK}?code=x`) },
])('$what: client and callback URL are accepted', ({ answer }) => {
  expect(judgeAuthorizeAnswer(answer, asked)).toEqual({ kind: 'accepted' })
})

test.each([
  {
    what: 'the error page',
    answer: redirect(`/error?error=redirect_mismatch&client_id=1abc`),
    reason: 'redirect_mismatch',
  },
  {
    what: 'the error page, in words',
    answer: redirect(`${DOMAIN}/error?error=Client+does+not+exist.`),
    reason: 'Client does not exist.',
  },
  { what: 'an error page without a reason', answer: redirect('/error'), reason: 'an error page' },
  {
    what: 'a page that says it',
    answer: page(400, '<code>redirect_mismatch</code>'),
    reason: 'redirect_mismatch',
  },
  {
    what: 'an error at the callback',
    answer: redirect(`${CALLBACK}?error=unauthorized_client`),
    reason: 'unauthorized_client',
  },
  {
    what: 'a described one',
    answer: redirect(`${CALLBACK}?error=invalid_request&error_description=no+scope`),
    reason: 'invalid_request: no scope',
  },
])('$what: refused, in its words', ({ answer, reason }) => {
  expect(judgeAuthorizeAnswer(answer, asked)).toEqual({ kind: 'refused', reason })
})

test.each([
  { what: 'a page', answer: page(200, 'hello') },
  { what: 'a firewall', answer: page(403, 'invalid_request') },
  { what: 'a failing server', answer: page(503, 'redirect_mismatch') },
  { what: 'a page that is not there', answer: page(404, 'Not Found') },
  { what: 'a way to somewhere else in the clear', answer: redirect('http://portal.example.com/login') },
  { what: 'another page of the domain', answer: redirect('/maintenance') },
  { what: 'a redirect to nowhere', answer: page(302) },
  { what: 'a redirect to nonsense', answer: redirect('http://[') },
])('$what: nothing can be told', ({ answer }) => {
  expect(judgeAuthorizeAnswer(answer, asked)).toMatchObject({ kind: 'unknown' })
})

test("what came in the clear may be anybody's, wherever it leads: nothing can be told", () => {
  const url = new URL('http://127.0.0.1:8080/oauth2/authorize')
  const answer = redirect('https://login.example.com/')
  expect(judgeAuthorizeAnswer(answer, { url, redirectUri: CALLBACK })).toMatchObject({ kind: 'unknown' })
})
