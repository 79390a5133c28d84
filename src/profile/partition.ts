/** What AWS's partitions call things: never `arn:aws:` or `amazonaws.com` by heart. */
import {
  GOVCLOUD_IDENTITY_POOL_PRINCIPALS,
  IDENTITY_POOL_PRINCIPAL,
} from '../errors/identity-pool-principals.ts'

interface Partition {
  /** As ARNs name it. */
  name: string
  /** DNS suffix of the services' endpoints. */
  suffix: string
}

const COMMERCIAL: Partition = { name: 'aws', suffix: 'amazonaws.com' }
const OTHERS: (Partition & { regions: RegExp })[] = [
  { regions: /^us-gov-/, name: 'aws-us-gov', suffix: 'amazonaws.com' },
  { regions: /^cn-/, name: 'aws-cn', suffix: 'amazonaws.com.cn' },
  { regions: /^eusc-/, name: 'aws-eusc', suffix: 'amazonaws.eu' },
]

function partitionWith(region: string): Partition {
  return OTHERS.find(({ regions }) => regions.test(region)) ?? COMMERCIAL
}

/** The DNS suffix of a region's endpoints: `amazonaws.com` (also for GovCloud), `amazonaws.com.cn`, `amazonaws.eu`. */
function dnsSuffixOf(region: string): string {
  return partitionWith(region).suffix
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
  return partitionWith(region).name
}

/**
 * Whom roles trust to be handed out by an identity pool of a region. `isDocumented` is false where
 * nothing but the commercial name was found, which is then the best guess.
 */
export function identityPoolPrincipalOf(region: string): { name: string; isDocumented: boolean } {
  const govcloud = Object.entries(GOVCLOUD_IDENTITY_POOL_PRINCIPALS).find(([name]) => name === region)
  if (govcloud) return { name: govcloud[1], isDocumented: true }
  return { name: IDENTITY_POOL_PRINCIPAL, isDocumented: partitionOf(region) === 'aws' }
}
