/**
 * Where each partition has its services. The hosts are those of AWS's tables (Cognito developer guide, "AWS service
 * endpoints", AWS GovCloud (US) User Guide). Rows marked "rule set" go by the SDK's endpoint rules, which no table
 * confirms: `endpointResolver.js` of client-cognito-identity and client-sts with the partitions of
 * @aws-sdk/util-endpoints, the same as botocore's `endpoint-rule-set-1.json`.
 */
import { expect, test } from 'vitest'
import { GUEST, openAwsStation } from './aws-network.ts'
import type { AwsStationOptions } from './aws-network.ts'
import { answerOf } from './poolkey-process.ts'

const CREDENTIALS = ['credential-process', '--profile', 'dev']

interface Place {
  region: string
  partition?: string
  domain?: string
  /** The issuer's host: the signing keys are read there whatever FIPS and dual-stack say. */
  keys?: string
  identityPool: string
  sts: string
  /** The region of STS, where it is another: part of what its signatures cover. */
  stsRegion?: string
  options?: AwsStationOptions
}

const FIPS = {
  region: 'us-east-1',
  identityPool: 'cognito-identity-fips.us-east-1.amazonaws.com',
  sts: 'sts-fips.us-east-1.amazonaws.com',
}
const GOVCLOUD = {
  region: 'us-gov-west-1',
  partition: 'aws-us-gov',
  domain: 'acme.auth-fips.us-gov-west-1.amazoncognito.com',
}
const SOVEREIGN = {
  region: 'eusc-de-east-1',
  partition: 'aws-eusc',
  // No source tells the prefix domains of this partition.
  domain: 'auth.example.com',
  keys: 'cognito-idp.eusc-de-east-1.amazonaws.eu',
}

test.each<[string, Place]>([
  [
    'the commercial partition',
    {
      region: 'us-west-2',
      identityPool: 'cognito-identity.us-west-2.amazonaws.com',
      sts: 'sts.us-west-2.amazonaws.com',
    },
  ],
  [
    'the commercial partition with FIPS by the environment',
    { ...FIPS, options: { env: { AWS_USE_FIPS_ENDPOINT: 'true' } } },
  ],
  [
    'the commercial partition with FIPS by the profile',
    { ...FIPS, options: { profile: { use_fips_endpoint: 'true' } } },
  ],
  [
    'the commercial partition with dual-stack',
    {
      region: 'eu-west-1',
      identityPool: 'cognito-identity.eu-west-1.amazonaws.com',
      sts: 'sts.eu-west-1.api.aws',
      options: { profile: { use_dualstack_endpoint: 'true' } },
    },
  ],
  [
    // Rule set.
    'the commercial partition with FIPS and dual-stack',
    {
      ...FIPS,
      sts: 'sts-fips.us-east-1.api.aws',
      options: { env: { AWS_USE_FIPS_ENDPOINT: 'true', AWS_USE_DUALSTACK_ENDPOINT: 'true' } },
    },
  ],
  [
    'GovCloud',
    {
      ...GOVCLOUD,
      identityPool: 'cognito-identity.us-gov-west-1.amazonaws.com',
      sts: 'sts.us-gov-west-1.amazonaws.com',
    },
  ],
  [
    // The plain STS host of GovCloud is its FIPS one.
    'GovCloud with FIPS',
    {
      ...GOVCLOUD,
      identityPool: 'cognito-identity-fips.us-gov-west-1.amazonaws.com',
      sts: 'sts.us-gov-west-1.amazonaws.com',
      options: { env: { AWS_USE_FIPS_ENDPOINT: 'true' } },
    },
  ],
  [
    // Rule set: only in the commercial partition has the identity pool one name for both.
    'GovCloud with dual-stack',
    {
      ...GOVCLOUD,
      identityPool: 'cognito-identity.us-gov-west-1.api.aws',
      sts: 'sts.us-gov-west-1.api.aws',
      options: { env: { AWS_USE_DUALSTACK_ENDPOINT: 'true' } },
    },
  ],
  [
    'the other GovCloud region, whose identity pools have another principal',
    {
      region: 'us-gov-east-1',
      partition: 'aws-us-gov',
      domain: 'acme.auth-fips.us-gov-east-1.amazoncognito.com',
      identityPool: 'cognito-identity.us-gov-east-1.amazonaws.com',
      sts: 'sts.us-gov-east-1.amazonaws.com',
    },
  ],
  [
    'the European Sovereign Cloud',
    {
      ...SOVEREIGN,
      identityPool: 'cognito-identity.eusc-de-east-1.amazonaws.eu',
      sts: 'sts.eusc-de-east-1.amazonaws.eu',
    },
  ],
  [
    // Rule set: the dual-stack suffix is the partition's own, not api.aws.
    'the European Sovereign Cloud with dual-stack',
    {
      ...SOVEREIGN,
      identityPool: 'cognito-identity.eusc-de-east-1.api.amazonwebservices.eu',
      sts: 'sts.eusc-de-east-1.api.amazonwebservices.eu',
      options: { env: { AWS_USE_DUALSTACK_ENDPOINT: 'true' } },
    },
  ],
  [
    'three regions, for user pool, identity pool and STS',
    {
      region: 'us-east-1',
      identityPool: 'cognito-identity.eu-west-1.amazonaws.com',
      sts: 'sts.ap-southeast-2.amazonaws.com',
      stsRegion: 'ap-southeast-2',
      options: {
        identityPoolId: 'eu-west-1:11111111-2222-3333-4444-555555555555',
        env: { AWS_REGION: 'ap-southeast-2' },
      },
    },
  ],
  [
    'the commercial partition, with an issuer of the updated form',
    {
      region: 'eu-west-1',
      identityPool: 'cognito-identity.eu-west-1.amazonaws.com',
      sts: 'sts.eu-west-1.amazonaws.com',
      options: { issuer: 'https://issuer-cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Emulated1' },
    },
  ],
])('in %s each service is asked at its own host, and credentials come', async (_name, place) => {
  const { region, partition = 'aws', stsRegion = region, options = {} } = place
  const { domain = `acme.auth.${region}.amazoncognito.com`, keys = `cognito-idp.${region}.amazonaws.com` } =
    place
  const issuer = `https://${keys}/${region}_Emulated1`
  const station = await openAwsStation({ region, domain, issuer, ...options })
  const { network, emulator } = station

  const login = await station.signInAtAws()
  expect(login).toMatchObject({ code: 0, openedAt: `https://${domain}` })
  expect(network.takeAsked()).toEqual({
    [domain]: ['POST /oauth2/token'],
    [keys]: [`GET /${region}_Emulated1/.well-known/jwks.json`],
    [place.identityPool]: ['GetId', 'GetCredentialsForIdentity'],
  })
  const whoami = await station.run(['whoami', '--profile', 'dev'])
  expect(whoami.stdout).toContain(`arn:${partition}:sts::111122223333:assumed-role/PoolkeyAdmin/`)
  expect(network.takeAsked()).toEqual({ [place.sts]: ['GetCallerIdentity'] })
  const signed = emulator.requests.find(({ operation }) => operation === 'GetCallerIdentity')
  expect(signed?.headers['authorization']).toContain(`/${stsRegion}/sts/aws4_request`)

  station.configure({ cognito_identity_pool_id: undefined, cognito_role_arn: emulator.roles.webIdentity })
  expect(answerOf(await station.run(CREDENTIALS))).toMatchObject({ AccountId: '111122223333' })
  expect(network.takeAsked()).toEqual({ [place.sts]: ['AssumeRoleWithWebIdentity'] })
})

// China has identity pools in this region and no user pool anywhere.
test('in China a guest, who is all there can be, gets credentials from its own hosts', async () => {
  const station = await openAwsStation({ ...GUEST, region: 'cn-north-1' })
  answerOf(await station.run(CREDENTIALS))
  expect(station.network.takeAsked()).toEqual({
    'cognito-identity.cn-north-1.amazonaws.com.cn': ['GetId', 'GetCredentialsForIdentity'],
  })
  const whoami = await station.run(['whoami', '--profile', 'dev'])
  expect(whoami.stdout).toContain('arn:aws-cn:sts::111122223333:assumed-role/PoolkeyUnauthenticated/')
  expect(station.network.takeAsked()).toEqual({
    'sts.cn-north-1.amazonaws.com.cn': ['GetCallerIdentity'],
  })
})

// Endpoints are the configured domain's and the issuer's own: what a discovery document says of them is not even read.
test('A17: with a custom domain and an issuer of the updated form nobody else is asked, whatever discovery says', async () => {
  const issuer = 'https://issuer-cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Emulated1'
  const profile = { cognito_issuer: issuer }
  const station = await openAwsStation({ issuer, domain: 'auth.acme.example', profile })
  const { network, emulator } = station
  const evil = 'https://evil.example.com'
  const lie = {
    issuer,
    ...{ authorization_endpoint: `${evil}/oauth2/authorize`, token_endpoint: `${evil}/oauth2/token` },
    ...{ revocation_endpoint: `${evil}/oauth2/revoke`, end_session_endpoint: `${evil}/logout` },
    jwks_uri: `${evil}/jwks.json`,
  }
  const body = JSON.stringify(lie)
  emulator.faults.set('discovery', { kind: 'answer', status: 200, body }, Number.POSITIVE_INFINITY)

  const flags = ['--login-hint', 'dana', '--yes', '--no-input']
  expect(await station.run(['configure', '--profile', 'dev', ...flags])).toMatchObject({ code: 0 })
  const keys = `GET /eu-west-1_Emulated1/.well-known/jwks.json`
  const own = 'issuer-cognito-idp.eu-west-1.amazonaws.com'
  const checked = network.takeAsked()
  expect(Object.keys(checked).sort()).toEqual(['auth.acme.example', own])
  expect(checked[own]?.toSorted()).toEqual([keys, keys.replace('jwks.json', 'openid-configuration')])

  expect(await station.signInAtAws()).toMatchObject({ code: 0, openedAt: 'https://auth.acme.example' })
  expect(network.takeAsked()).toEqual({
    'auth.acme.example': ['POST /oauth2/token'],
    [own]: [keys],
    'cognito-identity.eu-west-1.amazonaws.com': ['GetId', 'GetCredentialsForIdentity'],
  })
  const [asked] = emulator.requests.filter(({ operation }) => operation === 'GetId')
  expect(JSON.parse(asked?.body ?? '')).toMatchObject({
    Logins: { [issuer.replace('https://', '')]: expect.anything() as unknown },
  })
  expect(await station.run(['logout', '--profile', 'dev'])).toMatchObject({ code: 0 })
  expect(network.takeAsked()).toEqual({ 'auth.acme.example': ['POST /oauth2/revoke'] })
})

test('an issuer of the updated form that is configured takes no token of the original one: exit 5', async () => {
  const profile = {
    cognito_issuer: 'https://issuer-cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Emulated1',
  }
  const station = await openAwsStation({ profile })
  const login = await station.signInAtAws()
  expect(login).toMatchObject({ code: 5, stdout: '' })
  expect(login.stderr).toContain('the ID token was refused: its claim iss')
  expect(await station.run(CREDENTIALS)).toMatchObject({ code: 4, stdout: '' })
})
