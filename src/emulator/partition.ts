/** What AWS's partitions call things: a table of the emulator's own, lest it shares a mistake with what it tests. */

/** The partition in the ARNs of a region: `aws`, `aws-us-gov`, `aws-cn`, `aws-eusc`. */
export function partitionOf(region: string): string {
  if (region.startsWith('us-gov-')) return 'aws-us-gov'
  if (region.startsWith('cn-')) return 'aws-cn'
  if (region.startsWith('eusc-')) return 'aws-eusc'
  return 'aws'
}

// AWS GovCloud (US) User Guide, "Amazon Cognito". For China and the European Sovereign Cloud no source was found: there
// it is the name of the commercial partition.
const GOVCLOUD_PRINCIPALS = new Map([
  ['us-gov-west-1', 'cognito-identity-us-gov.amazonaws.com'],
  ['us-gov-east-1', 'cognito-identity.us-gov-east-1.amazonaws.com'],
])

/** Whom roles trust to be handed out by an identity pool: the federated principal, and the prefix of its condition keys. */
export function identityPoolPrincipal(identityPoolId: string): string {
  return GOVCLOUD_PRINCIPALS.get(identityPoolId.split(':')[0] ?? '') ?? 'cognito-identity.amazonaws.com'
}

/** The issuer of an identity pool's OpenID tokens; outside the commercial partition inferred from the principal. */
export function identityPoolIssuer(identityPoolId: string): string {
  return `https://${identityPoolPrincipal(identityPoolId)}`
}
