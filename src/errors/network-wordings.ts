/** Network, time limits, throttling, and waiting that came to nothing (exit 6). */
import { isLoopbackHost } from '../loopback/loopback-host.ts'
import type { Profile } from '../profile/profile.ts'
import { optional, sameLogin, withProfile } from './explanation.ts'
import type { Wordings } from './explanation.ts'

const PORTAL_FIX =
  'sign in to the network you are on, and check cognito_domain and the endpoints of the profile; then try again'

/** Of a host name, which setting it was made from. */
function settingOf(host: string, profile: Profile | undefined): string {
  const name = hostName(host)
  const { signIn, identityPool, region } = profile ?? {}
  if (signIn?.domain && isAt(host, signIn.domain)) return `the host name in cognito_domain (${name})`
  if (name.startsWith('sts.')) return `the region (${region ?? ''}), of the profile or AWS_REGION`
  if (name.startsWith('cognito-identity.'))
    return `cognito_identity_pool_id${optional(' (', identityPool?.id, ')')}: its region is before the colon`
  if (signIn && URL.canParse(signIn.issuer) && isAt(host, new URL(signIn.issuer)))
    return `cognito_user_pool_id (${signIn.userPoolId}), or cognito_issuer where the pool is not AWS's own`
  if (signIn && /^cognito-idp(?:-fips)?\./.test(name))
    return `cognito_user_pool_id (${signIn.userPoolId}): its region is before the underscore`
  return 'the endpoint settings of the profile'
}

/** The key of that setting, of a host on this machine. */
function keyOf(host: string, profile: Profile | undefined): string {
  const { signIn } = profile ?? {}
  if (signIn?.domain && isAt(host, signIn.domain)) return 'cognito_domain'
  return signIn && isAt(host, new URL(signIn.issuer)) ? 'cognito_issuer' : 'endpoint_url'
}

/** What to do about a hosted UI that cannot be reached from here. */
export function nextFor(host: string, profile: Profile | undefined): string {
  return isOnThisMachine(host)
    ? `start what is to listen there, such as poolkey emulate${optional(' --port ', portOf(host))}; or check ${settingOf(host, profile)}`
    : `check ${settingOf(host, profile)}, and the network; to test it: ${withProfile('poolkey doctor', profile?.name)}`
}

/** AWS's APIs name their operations in one word; no redirect URI goes with those. */
const isOfApi = (operation: string) => /^[A-Z]\w+$/.test(operation)

/** On one host there may be several, each at its port. */
function isAt(host: string, url: URL): boolean {
  return url.host === host || (url.port === '' && url.hostname === hostName(host))
}

const hostName = (host: string) => host.replace(/:\d+$/, '')
const portOf = (host: string) => /:(\d+)$/.exec(host)?.[1]
// Of OpenSSL, when what comes is no TLS at all.
const NO_TLS = /EPROTO|WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG/
const isOnThisMachine = (host: string) => isLoopbackHost(hostName(host))

export const NETWORK_WORDINGS: Wordings<
  | 'network'
  | 'unexpected-answer'
  | 'deadline-exceeded'
  | 'nobody-answered'
  | 'lock-held'
  | 'sign-in-timeout'
  | 'web-sign-out-unconfirmed'
  | 'redirect-ports-taken'
  | 'port-taken'
> = {
  network: {
    exitCode: 6,
    what: ({ host, operation, kind, detail }) =>
      ({
        name: `cannot find the host ${host} for ${operation} (${detail})`,
        connect: `cannot connect to ${host} for ${operation} (${detail})`,
        tls: `no trusted connection to ${host} for ${operation} (${detail})`,
        reset: `${host} broke off the connection during ${operation} (${detail})`,
        proxy: `the proxy did not connect to ${host} for ${operation} (${detail})`,
        timeout: `${host} did not answer in time for ${operation} (${detail})`,
      })[kind],
    fix: ({ kind, host, detail }, profile) =>
      ({
        name: `check the network, and ${settingOf(host, profile)}`,
        connect: isOnThisMachine(host)
          ? `start what is to listen there, such as poolkey emulate${optional(' --port ', portOf(host))}; or check ${settingOf(host, profile)}`
          : 'check the network, and HTTPS_PROXY and NO_PROXY if there is a proxy',
        tls:
          isOnThisMachine(host) && NO_TLS.test(detail)
            ? `it speaks no TLS: write http:// in front (${keyOf(host, profile)} = http://${host})`
            : 'if your network has its own certificate authority, name its file in AWS_CA_BUNDLE',
        reset: 'try again',
        proxy: 'check HTTPS_PROXY and NO_PROXY',
        timeout: 'check the network, then try again',
      })[kind],
  },
  'unexpected-answer': {
    exitCode: 6,
    what: ({ host, operation, kind, status, detail }) => {
      const code = optional(' (HTTP ', status, ')')
      const more = optional(': ', detail)
      return {
        'server-error': `${host} failed at ${operation}${code}${more}`,
        throttled: `${host} is throttling ${operation}${code}`,
        redirect: `${host} answered ${operation} with a redirect${code}: something between here and there, such as a captive portal`,
        firewall: `a firewall (WAF) in front of ${host} refused ${operation}${code}`,
        html: `${host} answered ${operation} with a web page${code}: something between here and there, such as a captive portal`,
        'not-the-protocol': `${host} gave ${operation} an answer that is not the protocol's${code}${more}`,
      }[kind]
    },
    fix: ({ kind, operation }) =>
      ({
        'server-error': 'try again in a moment',
        throttled: 'try again in a moment',
        redirect: PORTAL_FIX,
        firewall: isOfApi(operation)
          ? `have whoever runs that firewall let ${operation} pass from this network (of a user pool: its web ACL in AWS WAF)`
          : 'let requests with a loopback redirect_uri pass (AWS managed rule EC2MetaDataSSRF_QUERYARGUMENTS blocks them)',
        html: PORTAL_FIX,
        'not-the-protocol': 'check cognito_domain, cognito_issuer and the endpoints of the profile',
      })[kind],
  },
  'deadline-exceeded': {
    exitCode: 6,
    what: ({ waitedFor, seconds }) => `gave up after ${seconds} s, waiting for ${waitedFor}`,
    fix: () => 'check the network, then try again',
  },
  'nobody-answered': {
    exitCode: 6,
    what: ({ seconds }) => `gave up after ${seconds} s, since the questions were not all answered`,
    fix: (_facts, profile) => `to have longer: ${sameLogin(profile)} --timeout SECONDS`,
  },
  'lock-held': {
    exitCode: 6,
    what: ({ lock, pid, seconds }) =>
      `another poolkey${optional(' (process ', pid, ')')} has held the ${lock} lock for ${seconds} s`,
    fix: ({ pid }) =>
      pid === undefined ? 'try again' : `wait for process ${pid} to finish, or end it, then try again`,
  },
  'sign-in-timeout': {
    exitCode: 6,
    what: ({ seconds, unreachable, because }) =>
      `nobody came back from the browser within ${seconds} s${optional('; from here ', unreachable, ` cannot be ${because === 'ENOTFOUND' ? 'found' : 'reached'} (${because ?? ''})`)}`,
    fix: ({ clientId, redirectUri, logoutUri, opened, unreachable }, profile) =>
      `${optional('', unreachable && nextFor(unreachable, profile), '; if the browser reached it all the same: ')}${opened === 'by hand' ? 'if the page that the browser ended at did not load, forward its port, or paste its address here; ' : ''}if the browser showed an error page of the user pool, register ${optional('', logoutUri, ` as a sign-out URL and `)}${redirectUri} as a callback URL of app client ${clientId}, or check that ID and cognito_domain${optional(' (', profile?.signIn?.domain?.host, ')')}; otherwise run: ${withProfile(logoutUri === undefined ? 'poolkey login' : 'poolkey login --switch-account', profile?.name)}`,
  },
  'web-sign-out-unconfirmed': {
    exitCode: 6,
    what: ({ seconds }) =>
      `the browser did not come back from signing out within ${seconds} s: its session may still be open`,
    fix: ({ clientId, logoutUri }) =>
      `if the browser showed an error page, register ${logoutUri} as a sign-out URL of app client ${clientId}; then run logout --web again`,
  },
  'redirect-ports-taken': {
    exitCode: 6,
    what: ({ redirectUris, holders, key }) =>
      `no ${key === undefined ? 'callback' : 'sign-out'} port is free: ${redirectUris.join(', ')}${optional(' (', holders.join(', '), ')')}`,
    fix: ({ key }, profile) =>
      key === undefined
        ? `end the program that holds the port; or register another callback URL, and add it to cognito_redirect_uri: ${withProfile('poolkey configure --redirect-uri URL,URL', profile?.name)}`
        : `end the program that holds the port; or register another sign-out URL, and set ${key} to it`,
  },
  'port-taken': {
    exitCode: 6,
    what: ({ port, holders, isForbidden }) =>
      isForbidden
        ? `this system gives port ${port} of 127.0.0.1 to root alone (EACCES)`
        : `port ${port} of 127.0.0.1 is not free${optional(' (held by ', holders.join(', '), ')')}`,
    fix: ({ isForbidden }) =>
      `choose ${isForbidden ? 'one from 1024 on' : 'another'} with --port, or leave it out for any that is free`,
  },
}
