/** What AWS's partitions call things: never `arn:aws:` or `amazonaws.com` by heart. */
import {
  GOVCLOUD_IDENTITY_POOL_PRINCIPALS,
  IDENTITY_POOL_PRINCIPAL,
} from '../errors/identity-pool-principals.ts'

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
function dnsSuffixOf(region: string): string {
  return PARTITIONS.find(({ regions }) => regions.test(region))?.suffix ?? 'amazonaws.com'
}

/** The two issuers a user pool may have, ORIGINAL (the default) first (API_IssuerConfigurationType). */
export function issuersOf(userPoolId: string, region: string): { original: string; updated: string } {
  const rest = `cognito-idp.${region}.${dnsSuffixOf(region)}/${userPoolId}`
  return { original: `https://${rest}`, updated: `https://issuer-${rest}` }
}

/**
 * Hosts of the AWS console (every page's is this one or below it; `home` is the one to begin with) and of its federation;
 * undefined for regions behind walls. Outside the commercial partition they are from documentation, not from trials:
 * European Sovereign Cloud reference "Service endpoints" (there both names begin with the region).
 */
export function consoleHostsOf(
  region: string,
): { console: string; home: string; signIn: string } | undefined {
  if (/^(us-iso|eu-iso)/.test(region)) return undefined
  if (region.startsWith('eusc-')) {
    const host = 'console.amazonaws-eusc.eu'
    return { console: host, home: `${region}.${host}`, signIn: `${region}.signin.amazonaws-eusc.eu` }
  }
  const domain = region.startsWith('cn-')
    ? 'amazonaws.cn'
    : region.startsWith('us-gov-')
      ? 'amazonaws-us-gov.com'
      : 'aws.amazon.com'
  return { console: `console.${domain}`, home: `console.${domain}`, signIn: `signin.${domain}` }
}

/** The partition in the ARNs of a region: `aws`, `aws-us-gov`, `aws-cn`, `aws-eusc`. */
export function partitionOf(region: string): string {
  return ARN_PARTITIONS.find(({ regions }) => regions.test(region))?.partition ?? 'aws'
}

const ARN_PARTITIONS = [
  { regions: /^us-gov-/, partition: 'aws-us-gov' },
  { regions: /^cn-/, partition: 'aws-cn' },
  { regions: /^eusc-/, partition: 'aws-eusc' },
]

/**
 * Whom roles trust to be handed out by an identity pool of a region. `isDocumented` is false where
 * nothing but the commercial name was found, which is then the best guess.
 */
export function identityPoolPrincipalOf(region: string): { name: string; isDocumented: boolean } {
  const govcloud = Object.entries(GOVCLOUD_IDENTITY_POOL_PRINCIPALS).find(([name]) => name === region)
  if (govcloud) return { name: govcloud[1], isDocumented: true }
  return { name: IDENTITY_POOL_PRINCIPAL, isDocumented: partitionOf(region) === 'aws' }
}
