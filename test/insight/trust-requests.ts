import type { TrustRequest } from '../../src/emulator/trust-policy.ts'
import type { TrustNeed } from '../../src/insight/trust-policy.ts'
import { parseProfile } from '../../src/profile/parse-profile.ts'
import type { Profile } from '../../src/profile/profile.ts'

export const POOL = 'eu-west-1:11111111-2222-3333-4444-555555555555'
export const OTHER_POOL = 'eu-west-1:99999999-2222-3333-4444-555555555555'
export const CLIENT = '1example23456789'
export const ISSUER = 'cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf123'
export const ROLE = 'arn:aws:iam::111122223333:role/team/Developer'
export const PROVIDER = `arn:aws:iam::111122223333:oidc-provider/${ISSUER}`

/** A profile `dev` whose people sign in to `eu-west-1_AbCdEf123`, with further lines; `signIn` replaces that. */
export function profileWith(keys: string, signIn?: string): Profile {
  const own = `cognito_user_pool_id = eu-west-1_AbCdEf123
cognito_client_id = ${CLIENT}
cognito_domain = acme.auth.eu-west-1.amazoncognito.com`
  return parseProfile({
    name: 'dev',
    configText: `[profile dev]\n${signIn ?? own}\n${keys}\n`,
    configFile: '/aws/config',
    env: {},
    readFile: (path) => {
      throw new Error(`no test reads ${path}`)
    },
  })
}

/** The exchanges there are, each by what it needs. */
export const NEEDS = {
  pool: {
    kind: 'identity-pool',
    principal: 'cognito-identity.amazonaws.com',
    identityPoolId: POOL,
    amr: 'authenticated',
    loginsKey: ISSUER,
  },
  guest: {
    kind: 'identity-pool',
    principal: 'cognito-identity.amazonaws.com',
    identityPoolId: POOL,
    amr: 'unauthenticated',
    loginsKey: undefined,
  },
  direct: { kind: 'web-identity', providerArn: PROVIDER, providerName: ISSUER, clientId: CLIENT },
  chain: { kind: 'chain', firstRoleArn: ROLE, externalId: undefined },
  chainWithId: { kind: 'chain', firstRoleArn: ROLE, externalId: 'team-a' },
} satisfies Record<string, TrustNeed>

/** What AWS is asked in that exchange, in the emulator's words. */
export function requestsOf(need: TrustNeed): TrustRequest[] {
  switch (need.kind) {
    case 'identity-pool': {
      const { principal: name, identityPoolId, amr, loginsKey } = need
      const people = loginsKey === undefined ? [] : [loginsKey, `${loginsKey}:CognitoSignIn:some-sub`]
      const keys = {
        [`${name}:aud`]: identityPoolId,
        [`${name}:sub`]: 'eu-west-1:id',
        [`${name}:amr`]: [amr, ...people],
      }
      const actions =
        amr === 'authenticated'
          ? (['sts:AssumeRoleWithWebIdentity', 'sts:TagSession'] as const)
          : (['sts:AssumeRoleWithWebIdentity'] as const)
      return actions.map((action) => ({ action, principal: { kind: 'federated', name }, keys }))
    }
    case 'web-identity': {
      const { providerArn: name, providerName, clientId } = need
      const keys = { [`${providerName}:aud`]: clientId, [`${providerName}:sub`]: 'some-sub' }
      return [{ action: 'sts:AssumeRoleWithWebIdentity', principal: { kind: 'federated', name }, keys }]
    }
    case 'chain': {
      const { firstRoleArn: roleArn, externalId } = need
      const sessionArn = 'arn:aws:sts::111122223333:assumed-role/Developer/me'
      const principal = { kind: 'session', sessionArn, roleArn, accountId: '111122223333' } as const
      const keys = externalId === undefined ? {} : { 'sts:ExternalId': externalId }
      return [{ action: 'sts:AssumeRole', principal, keys }]
    }
  }
}
