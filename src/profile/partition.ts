/** What AWS's partitions call things: never `arn:aws:` or `amazonaws.com` by heart. */

interface Partition {
  regions: RegExp
  /** DNS suffix of the services' endpoints. */
  suffix: string
}

const PARTITIONS: Partition[] = [
  { regions: /^cn-/, suffix: 'amazonaws.com.cn' },
  { regions: /^eusc-/, suffix: 'amazonaws.eu' },
]

/** The DNS suffix of a region's endpoints: `amazonaws.com` (also for GovCloud), `amazonaws.com.cn`, `amazonaws.eu`. */
export function dnsSuffixOf(region: string): string {
  return PARTITIONS.find(({ regions }) => regions.test(region))?.suffix ?? 'amazonaws.com'
}

/** The two issuers a user pool may have, ORIGINAL (the default) first (API_IssuerConfigurationType). */
export function issuersOf(userPoolId: string, region: string): { original: string; updated: string } {
  const rest = `cognito-idp.${region}.${dnsSuffixOf(region)}/${userPoolId}`
  return { original: `https://${rest}`, updated: `https://issuer-${rest}` }
}
