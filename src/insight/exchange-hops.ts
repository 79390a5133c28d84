/** The links from a session to credentials, and on to those who use them. Pure. */
import { dueInMs } from '../broker/freshness.ts'
import type { ChainSettings, Profile, RoleRequest } from '../profile/profile.ts'
import type { ProfileOrigins } from '../profile/setting-origins.ts'
import type { SettingKey } from '../profile/settings.ts'
import { providerNameOf } from '../provider-name.ts'
import { durationText } from './duration-text.ts'
import { endpointValue, ifSet, sourceOf, sourceText } from './hop.ts'
import type { Hop, HopValue } from './hop.ts'

// Cognito Developer Guide: GetOpenIdToken's token; credentials of the enhanced flow, which take no other life.
const OPEN_ID_TOKEN_SECONDS = 600
const ENHANCED_SECONDS = 3600

const CHAINED = 'AWS tools assume the second role by themselves (source_profile); poolkey does for the rest'

/** The links of the exchange; none for a profile that only signs in. */
export function exchangeHops(profile: Profile, origins: ProfileOrigins): Hop[] {
  const { exchange, chain } = profile
  const hops: Hop[] = []
  switch (exchange.kind) {
    case 'none':
      return []
    case 'enhanced':
      hops.push(identityPoolHop(profile, origins), enhancedRoleHop(exchange.roleArn, profile, origins))
      break
    case 'basic':
      hops.push(identityPoolHop(profile, origins), assumedRoleHop(exchange.role, profile, origins))
      break
    case 'web-identity':
      hops.push(assumedRoleHop(exchange.role, profile, origins))
  }
  return chain ? [...hops, secondRoleHop(chain, origins)] : hops
}

function identityPoolHop(profile: Profile, origins: ProfileOrigins): Hop {
  const { identityPool, exchange, signIn } = profile
  const source = sourceOf(origins, 'cognito_identity_pool_id')
  const values: HopValue[] = [
    { name: 'identity pool', value: identityPool?.id ?? '', source },
    exchangeValue(profile, origins),
  ]
  if (signIn) {
    const value = identityPool?.loginsKey ?? providerNameOf(signIn.issuer)
    values.push({
      ...{ name: 'logins key', value },
      source: sourceOf(origins, 'cognito_logins_key'),
    })
  } else {
    values.push(...ifSet(origins, 'guest', 'cognito_guest'))
  }
  values.push(...endpointValue(profile.endpoints.cognitoIdentity, 'cognito_identity', origins))
  const hop = { id: 'identity-pool' as const, title: 'Identity pool', values, source }
  const getId = signIn ? 'GetId, once a sign-in' : 'GetId, once: the guest is kept'
  if (exchange.kind !== 'basic') {
    values.push({ name: 'call', value: getId, source: 'Cognito' })
    return { ...hop, gives: 'identity' }
  }
  values.push(
    { name: 'calls', value: `${getId}; GetOpenIdToken`, source: 'Cognito' },
    {
      ...{ name: 'OpenID token', value: durationText(OPEN_ID_TOKEN_SECONDS), source: 'Cognito' },
      lifetimeSeconds: OPEN_ID_TOKEN_SECONDS,
    },
  )
  return { ...hop, lifetimeSeconds: OPEN_ID_TOKEN_SECONDS, gives: 'OpenID token' }
}

function enhancedRoleHop(roleArn: string | undefined, profile: Profile, origins: ProfileOrigins): Hop {
  const source = sourceOf(origins, roleArn === undefined ? 'cognito_identity_pool_id' : 'cognito_role_arn')
  const byPool = profile.signIn
    ? "the identity pool's choice: by a rule, the token's preferred role, or its role for everybody who signed in"
    : "the identity pool's for guests"
  const values: HopValue[] =
    roleArn === undefined
      ? [{ name: 'role', value: byPool, source: 'Cognito' }]
      : [
          { name: 'role', value: roleArn, source },
          { name: 'chosen by', value: 'you, among those that the token offers (CustomRoleArn)', source },
        ]
  values.push(
    { name: 'call', value: 'GetCredentialsForIdentity', source: 'Cognito' },
    {
      ...{ name: 'credentials', value: `${durationText(ENHANCED_SECONDS)}, always`, source: 'Cognito' },
      lifetimeSeconds: ENHANCED_SECONDS,
    },
  )
  return { ...roleHop(values, source), lifetimeSeconds: ENHANCED_SECONDS }
}

function assumedRoleHop(role: RoleRequest, profile: Profile, origins: ProfileOrigins): Hop {
  const from = (key: SettingKey) => sourceOf(origins, key)
  const source = from('cognito_role_arn')
  const values: HopValue[] = [{ name: 'role', value: role.roleArn, source }]
  if (profile.exchange.kind === 'web-identity') values.push(exchangeValue(profile, origins))
  values.push(
    { name: 'call', value: 'AssumeRoleWithWebIdentity', source: 'STS' },
    ...stsEndpoint(profile, origins),
    {
      ...{ name: 'session name', value: role.sessionName ?? whoNames(profile) },
      source: from('cognito_role_session_name'),
    },
    ...ifSet(origins, 'policy', 'cognito_session_policy'),
    ...ifSet(origins, 'policy ARNs', 'cognito_policy_arns'),
    credentials(role.durationSeconds, from('cognito_duration_seconds')),
  )
  return { ...roleHop(values, source), lifetimeSeconds: role.durationSeconds }
}

function roleHop(values: HopValue[], source: string): Hop {
  return { id: 'role', title: 'Role', values, source, gives: 'credentials' }
}

function secondRoleHop(chain: ChainSettings, origins: ProfileOrigins): Hop {
  // One of both ways: AWS's own keys, or cognito_chain_*.
  const own = origins.own('role_arn')
  const found = (name: 'external_id' | 'role_session_name' | 'duration_seconds', key: SettingKey) =>
    own ? sourceText(origins.own(name)?.origin) : sourceOf(origins, key)
  const source = sourceText((own ?? origins.setting('cognito_chain_role_arn'))?.origin)
  const values: HopValue[] = [
    { name: 'role', value: chain.roleArn, source },
    { name: 'call', value: "AssumeRole, with the first role's credentials", source: 'STS' },
  ]
  if (chain.externalId !== undefined) {
    values.push({
      ...{ name: 'external ID', value: chain.externalId },
      source: found('external_id', 'cognito_chain_external_id'),
    })
  }
  if (chain.sessionName !== undefined) {
    values.push({
      ...{ name: 'session name', value: chain.sessionName },
      source: found('role_session_name', 'cognito_chain_session_name'),
    })
  }
  const duration = found('duration_seconds', 'cognito_chain_duration_seconds')
  values.push(credentials(chain.durationSeconds, duration))
  return {
    ...{ id: 'second-role', title: 'Second role', values, source, gives: 'credentials' },
    lifetimeSeconds: chain.durationSeconds,
  }
}

/** Who gets what the chain gives. `last` is the link before. */
export function toolsHop(profile: Profile, origins: ProfileOrigins, last: Hop | undefined): Hop {
  const values: HopValue[] = []
  const line = origins.own('credential_process')
  const nobody = 'not set: no AWS tool asks poolkey for this profile'
  if (profile.settingsFrom !== profile.name) {
    values.push({ name: 'AWS tools', value: CHAINED, source: sourceText(origins.own('role_arn')?.origin) })
  } else if (profile.exchange.kind === 'none') {
    const value = 'poolkey token hands out the ID token; there are no AWS credentials'
    values.push({ name: 'token', value, source: 'default' })
  } else {
    const source = line ? sourceText(line.origin) : 'default'
    values.push({ name: 'AWS tools', value: line?.text ?? nobody, source })
  }
  const lifeMs = (last?.lifetimeSeconds ?? 0) * 1000
  if (profile.exchange.kind !== 'none') {
    const dueMs = dueInMs({ issuedAt: new Date(0), expiresAt: new Date(lifeMs) }, new Date(0))
    const value = `${durationText(Math.round(dueMs / 60_000) * 60)} after they were made, without a person`
    values.push({ name: 'renewed', value, source: 'poolkey' })
  }
  const source = line ?? origins.own('role_arn')
  return { id: 'tools', title: 'Tools', values, source: sourceText(source?.origin ?? origins.header) }
}

function exchangeValue({ exchange }: Profile, origins: ProfileOrigins): HopValue {
  return { name: 'exchange', value: exchange.kind, source: sourceOf(origins, 'cognito_exchange') }
}

function whoNames({ signIn }: Profile): string {
  return signIn ? 'email, else user name, else sub' : 'guest'
}

function credentials(seconds: number, source: string): HopValue {
  return { name: 'credentials', value: durationText(seconds), source, lifetimeSeconds: seconds }
}

function stsEndpoint(profile: Profile, origins: ProfileOrigins): HopValue[] {
  return endpointValue(profile.endpoints.sts, 'sts', origins)
}
