import { expect, test } from 'vitest'
import type { Emulator } from '../../src/emulator/emulator.ts'
import { emulatorForTest, handClock, postForm, signIn } from './emulated-sign-in.ts'

/** The session of somebody who assumed a role, as the federation takes it. */
async function sessionOf(emulator: Emulator): Promise<Record<string, string>> {
  const { id_token: token } = await signIn(emulator)
  const answer = await postForm(emulator.origin, {
    Version: '2011-06-15',
    Action: 'AssumeRoleWithWebIdentity',
    RoleArn: emulator.roles.webIdentity,
    RoleSessionName: 'a-session',
    WebIdentityToken: token,
  })
  const xml = await answer.text()
  const element = (name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1] ?? ''
  return {
    sessionId: element('AccessKeyId'),
    sessionKey: element('SecretAccessKey'),
    sessionToken: element('SessionToken'),
  }
}

function formOf(session: Record<string, string>, more: Record<string, string> = {}): Record<string, string> {
  return { Action: 'getSigninToken', Session: JSON.stringify(session), ...more }
}

async function pageFor(emulator: Emulator, token: string): Promise<{ status: number; text: string }> {
  const query = new URLSearchParams({
    Action: 'login',
    Issuer: 'x',
    Destination: 'https://console.aws.amazon.com/<s3>',
    SigninToken: token,
  })
  const answer = await fetch(`${emulator.origin}/federation?${query.toString()}`)
  return { status: answer.status, text: await answer.text() }
}

test('gives a sign-in token by POST and by GET, which leads to a page that shows who', async () => {
  const emulator = await emulatorForTest()
  const form = formOf(await sessionOf(emulator))
  const url = `${emulator.origin}/federation`
  const byPost = await postForm(url, form)
  const byGet = await fetch(`${url}?${new URLSearchParams(form).toString()}`)
  for (const answer of [byPost, byGet]) {
    expect(answer.status).toBe(200)
    const { SigninToken: token } = (await answer.json()) as { SigninToken: string }
    const page = await pageFor(emulator, token)
    expect(page.status).toBe(200)
    expect(page.text).toContain(':assumed-role/')
    expect(page.text).toContain('/a-session</code>')
    expect(page.text).toContain('https://console.aws.amazon.com/&lt;s3&gt;')
  }
})

test('a sign-in token is good for 15 minutes', async () => {
  const clock = handClock()
  const emulator = await emulatorForTest({ now: clock.now })
  const answer = await postForm(`${emulator.origin}/federation`, formOf(await sessionOf(emulator)))
  const { SigninToken: token } = (await answer.json()) as { SigninToken: string }
  clock.advance(15 * 60 - 1)
  expect((await pageFor(emulator, token)).status).toBe(200)
  clock.advance(1)
  expect((await pageFor(emulator, token)).status).toBe(400)
  expect((await pageFor(emulator, 'made-up')).status).toBe(400)
})

test('refuses keys it did not hand out, changed or expired ones, and durations beyond the bounds', async () => {
  const clock = handClock()
  const emulator = await emulatorForTest({ now: clock.now })
  const session = await sessionOf(emulator)
  const post = async (form: Record<string, string>) =>
    (await postForm(`${emulator.origin}/federation`, form)).status
  expect(await post(formOf(session, { SessionDuration: '900' }))).toBe(200)
  expect(await post(formOf(session, { SessionDuration: '43200' }))).toBe(200)
  for (const seconds of ['899', '43201', '', '1e3'])
    expect(await post(formOf(session, { SessionDuration: seconds })), seconds).toBe(400)
  for (const key of Object.keys(session))
    expect(await post(formOf({ ...session, [key]: 'x' })), key).toBe(400)
  expect(await post({ Action: 'getSigninToken', Session: 'no JSON' })).toBe(400)
  expect(await post({ Action: 'getSigninToken' })).toBe(400)
  expect(await post({ Action: 'other' })).toBe(400)
  clock.advance(3600)
  expect(await post(formOf(session))).toBe(400)
})
