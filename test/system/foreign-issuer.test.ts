/** A `web-identity` profile whose issuer is not Cognito: oidc-provider signs people in, the emulator's STS trusts it. */
import { generateKeyPairSync } from 'node:crypto'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { describe, expect, it } from 'vitest'
import type { Emulator } from '../../src/emulator/emulator.ts'
import { answerOf, freeRedirectUris, openStation, untilExpired } from '../e2e/poolkey-process.ts'
import type { Outcome, ProcessAnswer, Station } from '../e2e/poolkey-process.ts'
import { leaksIn, leaksInFiles } from '../e2e/secret-sweep.ts'
import type { KnownSecret } from '../e2e/secret-sweep.ts'
import { openPage } from './chromium.ts'
import { startForeignIssuer } from './foreign-issuer.ts'
import type { ForeignIssuer } from './foreign-issuer.ts'

const COMMAND = ['credential-process', '--profile', 'dev']
const ROLE_ARN = 'arn:aws:iam::111122223333:role/ForeignIssuer'
const CALLERS = 30
const SHORT_SECONDS = 3

interface ForeignStation extends Station {
  issuer: ForeignIssuer
}

async function openForeignStation(): Promise<ForeignStation> {
  const redirectUris = await freeRedirectUris()
  const issuer = await startForeignIssuer(redirectUris)
  const station = await openStation({
    redirectUris,
    profile: {
      cognito_client_id: issuer.clientId,
      cognito_domain: issuer.origin,
      cognito_issuer: issuer.origin,
      cognito_identity_pool_id: undefined,
      cognito_role_arn: ROLE_ARN,
    },
  })
  trust(station.emulator, issuer)
  return { ...station, issuer }
}

/** What an administrator sets up in IAM: an OIDC provider, and a role for whoever it signs in to this client. */
function trust(emulator: Emulator, issuer: ForeignIssuer): void {
  const host = new URL(issuer.origin).host
  emulator.settings.oidcProviders.push({
    issuer: issuer.origin,
    clientIds: [issuer.clientId],
    keys: issuer.keys,
  })
  emulator.settings.roles.push({
    arn: ROLE_ARN,
    trustPolicy: {
      Statement: {
        Effect: 'Allow',
        Principal: { Federated: `arn:aws:iam::${emulator.accountId}:oidc-provider/${host}` },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: { StringEquals: { [`${host}:aud`]: issuer.clientId, [`${host}:sub`]: 'test-user' } },
      },
    },
  })
}

/** `login`, and a person who goes through the provider's two pages. */
async function signIn(station: Station): Promise<Outcome> {
  const { page } = await openPage()
  const login = station.start(['login', '--profile', 'dev', '--no-browser', '--no-input'])
  await page.goto((await login.signInUrl()).href)
  await page.getByPlaceholder('Enter any login').fill('test-user')
  await page.getByPlaceholder('and password').fill('any')
  await page.getByRole('button', { name: 'Sign-in' }).click()
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.waitForURL(({ pathname }) => pathname.startsWith('/callback/'))
  return login.ended
}

/** From now on ID tokens and credentials live for seconds. STS hands out none of less than 15 minutes, so its answer is changed. */
function shortenLives({ emulator, issuer }: ForeignStation): void {
  issuer.idTokenSeconds = SHORT_SECONDS
  const alter = (body: string) => {
    const soon = new Date(Date.now() + SHORT_SECONDS * 1000).toISOString()
    return body.replace(/<Expiration>[^<]*</, `<Expiration>${soon}<`)
  }
  const fault = {
    kind: 'alter' as const,
    alter: (answer: { status: number; body: string }) => ({
      headers: {},
      ...answer,
      body: alter(answer.body),
    }),
  }
  emulator.faults.set('AssumeRoleWithWebIdentity', fault, Infinity)
}

function restoreLives({ emulator, issuer }: ForeignStation): void {
  issuer.idTokenSeconds = 3600
  emulator.faults.clear('AssumeRoleWithWebIdentity')
}

/** Uses a refresh token as whoever stole it would. */
async function spend(
  issuer: ForeignIssuer,
  refreshToken: string,
): Promise<{ status: number; body: unknown }> {
  const form = { grant_type: 'refresh_token', client_id: issuer.clientId, refresh_token: refreshToken }
  const answer = await fetch(`${issuer.origin}/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams(form),
  })
  return { status: answer.status, body: await answer.json() }
}

async function callerOf(emulator: Emulator, answer: ProcessAnswer): Promise<string | undefined> {
  const client = new STSClient({
    endpoint: emulator.origin,
    region: emulator.region,
    credentials: {
      accessKeyId: answer.AccessKeyId,
      secretAccessKey: answer.SecretAccessKey,
      sessionToken: answer.SessionToken,
    },
  })
  return (await client.send(new GetCallerIdentityCommand({}))).Arn
}

function secretsOf(issuer: ForeignIssuer): KnownSecret[] {
  return issuer.granted.flatMap(({ idToken, accessToken, refreshToken }) =>
    Object.entries({ idToken, accessToken, refreshToken }).map(([name, value]) => ({
      kind: 'sign-in' as const,
      name,
      value,
    })),
  )
}

const REFUSED = {
  status: 400,
  body: { error: 'invalid_grant', error_description: 'grant request is invalid' },
}

describe('a foreign issuer', () => {
  it('A2: signs a person in by PKCE, whose ID token becomes credentials of a role', async () => {
    const station = await openForeignStation()
    const { emulator, issuer } = station
    const login = await signIn(station)
    expect(login).toMatchObject({ code: 0, stdout: '' })
    expect(login.stderr).toContain('Signed in as test-user@example.com.')
    const outcome = await station.run(COMMAND)
    const answer = answerOf(outcome)
    expect(answer.AccountId).toBe('111122223333')
    expect(await callerOf(emulator, answer)).toBe(
      'arn:aws:sts::111122223333:assumed-role/ForeignIssuer/test-user@example.com',
    )
    expect(issuer.granted.map(({ grantType }) => grantType)).toEqual(['authorization_code'])
    // It gives no code without S256, and no token without the verifier.
    expect(issuer.incidents).toEqual([])
    const said = `${login.stderr}${outcome.stdout}`
    expect(leaksIn(said, secretsOf(issuer), 'what was said')).toEqual([])
    expect(leaksInFiles(station.home, secretsOf(issuer))).toEqual([])
  })

  it('whose keys the account does not know is refused by STS, and the sign-in kept', async () => {
    const station = await openForeignStation()
    const provider = station.emulator.settings.oidcProviders.at(-1)!
    const [known] = station.issuer.keys
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    provider.keys = [{ ...publicKey.export({ format: 'jwk' }), kid: known!['kid'] }]
    const login = await signIn(station)
    expect(login).toMatchObject({ code: 5, stdout: '' })
    expect(login.stderr).toContain('Signed in as test-user@example.com.')
    expect(login.stderr).toContain('InvalidIdentityToken')
    provider.keys = station.issuer.keys
    answerOf(await station.run(COMMAND))
    expect(station.issuer.granted.length, 'nobody signed in or refreshed anew').toBe(1)
  })

  it('gets each refresh token once, the newest one, and is believed when it revokes them all', async () => {
    const station = await openForeignStation()
    const { issuer } = station
    shortenLives(station)
    await signIn(station)
    for (let round = 0; round < 2; round += 1) await untilExpired(answerOf(await station.run(COMMAND)))
    const last = answerOf(await station.run(COMMAND))
    const [first, ...refreshes] = issuer.granted
    expect(refreshes.length).toBeGreaterThanOrEqual(2)
    expect(refreshes.map(({ spent }) => spent)).toEqual(
      issuer.granted.slice(0, -1).map(({ refreshToken }) => refreshToken),
    )
    expect(issuer.incidents).toEqual([])

    expect(await spend(issuer, first!.refreshToken)).toEqual(REFUSED)
    expect(issuer.incidents, 'the reuse is noticed').toContain('grant.revoked')
    await untilExpired(last)
    const ended = await station.run(COMMAND)
    expect(ended).toMatchObject({ code: 4, stdout: '' })
    expect(ended.stderr).toContain('poolkey login --profile dev')
  })

  it(`sees one refresh from ${CALLERS} callers with an expired session, and no token twice`, async () => {
    const station = await openForeignStation()
    const { emulator, issuer } = station
    shortenLives(station)
    expect(await signIn(station)).toMatchObject({ code: 0 })
    await untilExpired(answerOf(await station.run(COMMAND)))
    restoreLives(station)
    const granted = issuer.granted.length
    const exchanges = emulator.count('AssumeRoleWithWebIdentity')

    const outcomes = await Promise.all(Array.from({ length: CALLERS }, () => station.run(COMMAND)))

    expect(issuer.incidents).toEqual([])
    expect(issuer.granted.slice(granted).map(({ grantType }) => grantType)).toEqual(['refresh_token'])
    expect(emulator.count('AssumeRoleWithWebIdentity') - exchanges).toBe(1)
    const answers = outcomes.map(answerOf)
    expect(answers).toEqual(answers.map(() => answers[0]))
    expect(await callerOf(emulator, answers[0]!)).toContain('assumed-role/ForeignIssuer/')
  })

  it('revokes the refresh token at logout', async () => {
    const station = await openForeignStation()
    const { issuer } = station
    await signIn(station)
    const logout = await station.run(['logout', '--profile', 'dev'])
    expect(logout).toMatchObject({ code: 0, stdout: '' })
    expect(issuer.incidents).toEqual(['refresh_token.destroyed', 'grant.revoked'])
    expect(await spend(issuer, issuer.granted[0]!.refreshToken)).toEqual(REFUSED)
    expect(await station.run(COMMAND)).toMatchObject({ code: 4, stdout: '' })
  })
})
