import {
  CognitoIdentityClient,
  GetCredentialsForIdentityCommand,
  GetIdCommand,
  GetOpenIdTokenCommand,
} from '@aws-sdk/client-cognito-identity'
import { AssumeRoleWithWebIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { expect, onTestFinished, test } from 'vitest'
import type { Emulator, EmulatorOptions } from '../../src/emulator/emulator.ts'
import type { TrustStatement } from '../../src/emulator/trust-policy.ts'
import { claimsOf, emulatorForTest, signIn } from './emulated-sign-in.ts'

function identityClient({ region, origin }: Emulator): CognitoIdentityClient {
  const client = new CognitoIdentityClient({ region, endpoint: origin })
  onTestFinished(() => {
    client.destroy()
  })
  return client
}

function stsClient({ region, origin }: Emulator): STSClient {
  const client = new STSClient({ region, endpoint: origin })
  onTestFinished(() => {
    client.destroy()
  })
  return client
}

async function identify(
  emulator: Emulator,
): Promise<{ IdentityId: string; Logins: Record<string, string>; idToken: string }> {
  const { id_token: idToken } = await signIn(emulator)
  const Logins = { [emulator.issuer.replace(/^https?:\/\//, '')]: idToken }
  const command = new GetIdCommand({ IdentityPoolId: emulator.identityPoolId, Logins })
  const { IdentityId } = await identityClient(emulator).send(command)
  return { IdentityId: IdentityId!, Logins, idToken }
}

async function assume(emulator: Emulator, RoleArn: string, WebIdentityToken: string) {
  const command = new AssumeRoleWithWebIdentityCommand({ RoleArn, RoleSessionName: 'me', WebIdentityToken })
  return stsClient(emulator).send(command)
}

function statementOf(emulator: Emulator, roleArn: string): TrustStatement {
  const { trustPolicy } = emulator.settings.roles.find(({ arn }) => arn === roleArn)!
  return [trustPolicy.Statement].flat()[0]!
}

test("a pool with AWS's own issuer has it in its tokens, its discovery and the names of its provider", async () => {
  const issuer = 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Emulated1'
  const emulator = await emulatorForTest({ issuer })
  expect(emulator.issuer).toBe(issuer)
  expect(emulator.profileText('dev')).toContain(`\ncognito_issuer = ${issuer}\n`)

  const served = `${emulator.origin}/${emulator.userPoolId}/.well-known`
  expect(await (await fetch(`${served}/openid-configuration`)).json()).toMatchObject({
    issuer,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    token_endpoint: `${emulator.origin}/oauth2/token`,
  })
  expect((await fetch(`${served}/jwks.json`)).status).toBe(200)

  const { IdentityId, Logins, idToken } = await identify(emulator)
  expect(claimsOf(idToken)['iss']).toBe(issuer)
  expect(Object.keys(Logins)).toEqual(['cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Emulated1'])
  const command = new GetCredentialsForIdentityCommand({ IdentityId, Logins })
  expect((await identityClient(emulator).send(command)).Credentials?.SecretKey).toBeDefined()

  expect(statementOf(emulator, emulator.roles.webIdentity).Principal).toEqual({
    Federated:
      'arn:aws:iam::111122223333:oidc-provider/cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Emulated1',
  })
  expect((await assume(emulator, emulator.roles.webIdentity, idToken)).Provider).toBe(issuer)
})

test.each([
  ['eu-west-1', 'aws', 'cognito-identity.amazonaws.com'],
  ['us-gov-west-1', 'aws-us-gov', 'cognito-identity-us-gov.amazonaws.com'],
  ['us-gov-east-1', 'aws-us-gov', 'cognito-identity.us-gov-east-1.amazonaws.com'],
  ['cn-north-1', 'aws-cn', 'cognito-identity.amazonaws.com'],
  ['eusc-de-east-1', 'aws-eusc', 'cognito-identity.amazonaws.com'],
])('in %s the ARNs are those of %s, and roles trust %s', async (region, partition, principal) => {
  const options: EmulatorOptions = {
    region,
    identityPool: { allowClassicFlow: true, roleMapping: { kind: 'none' } },
  }
  const emulator = await emulatorForTest(options)
  expect(emulator.roles.authenticated).toBe(`arn:${partition}:iam::111122223333:role/PoolkeyAuthenticated`)
  expect(statementOf(emulator, emulator.roles.authenticated)).toMatchObject({
    Principal: { Federated: principal },
    Condition: { StringEquals: { [`${principal}:aud`]: emulator.identityPoolId } },
  })
  expect(statementOf(emulator, emulator.roles.chained).Principal).toEqual({
    AWS: `arn:${partition}:iam::111122223333:root`,
  })

  const { IdentityId, Logins, idToken } = await identify(emulator)
  const enhanced = new GetCredentialsForIdentityCommand({ IdentityId, Logins })
  expect((await identityClient(emulator).send(enhanced)).Credentials?.SecretKey).toBeDefined()

  const { Token } = await identityClient(emulator).send(new GetOpenIdTokenCommand({ IdentityId, Logins }))
  expect(claimsOf(Token!)['iss']).toBe(`https://${principal}`)
  const basic = await assume(emulator, emulator.roles.authenticated, Token!)
  expect(basic.Provider).toBe(principal)
  const direct = await assume(emulator, emulator.roles.webIdentity, idToken)
  expect(direct.AssumedRoleUser?.Arn).toBe(
    `arn:${partition}:sts::111122223333:assumed-role/PoolkeyWebIdentity/me`,
  )
})

test('a role in GovCloud that trusts the principal of the commercial partition is not handed out', async () => {
  const emulator = await emulatorForTest({ region: 'us-gov-west-1' })
  statementOf(emulator, emulator.roles.admin).Principal = { Federated: 'cognito-identity.amazonaws.com' }
  const { IdentityId, Logins } = await identify(emulator)
  await expect(
    identityClient(emulator).send(new GetCredentialsForIdentityCommand({ IdentityId, Logins })),
  ).rejects.toMatchObject({ name: 'InvalidIdentityPoolConfigurationException' })
})
