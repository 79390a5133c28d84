/** Network, time limits, throttling, and waiting that came to nothing (exit 6). */
import { optional, runLogin } from './explanation.ts'
import type { Wordings } from './explanation.ts'

const PORTAL_FIX =
  'sign in to the network you are on, and check cognito_domain and the endpoints of the profile; then try again'

export const NETWORK_WORDINGS: Wordings<
  | 'network'
  | 'unexpected-answer'
  | 'deadline-exceeded'
  | 'lock-held'
  | 'sign-in-timeout'
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
    fix: ({ kind }) =>
      ({
        name: 'check the network, and the host name in cognito_domain or the endpoint settings',
        connect: 'check the network, and HTTPS_PROXY and NO_PROXY if there is a proxy',
        tls: 'if your network has its own certificate authority, name its file in AWS_CA_BUNDLE',
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
    fix: ({ kind }) =>
      ({
        'server-error': 'try again in a moment',
        throttled: 'try again in a moment',
        redirect: PORTAL_FIX,
        firewall:
          'let requests with a loopback redirect_uri pass (AWS managed rule EC2MetaDataSSRF_QUERYARGUMENTS blocks them)',
        html: PORTAL_FIX,
        'not-the-protocol': 'check cognito_domain, cognito_issuer and the endpoints of the profile',
      })[kind],
  },
  'deadline-exceeded': {
    exitCode: 6,
    what: ({ waitedFor, seconds }) => `gave up after ${seconds} s, waiting for ${waitedFor}`,
    fix: () => 'check the network, then try again',
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
    what: ({ seconds }) => `nobody came back from the browser within ${seconds} s`,
    fix: ({ clientId, redirectUri }, profile) =>
      `if the browser showed an error page, register ${redirectUri} as a callback URL of app client ${clientId}, or check that ID and cognito_domain${optional(' (', profile?.signIn?.domain?.host, ')')}; otherwise ${runLogin(profile?.name)}`,
  },
  'redirect-ports-taken': {
    exitCode: 6,
    what: ({ redirectUris, holders }) =>
      `no callback port is free: ${redirectUris.join(', ')}${optional(' (held by ', holders.join(', '), ')')}`,
    fix: () =>
      'end the program that holds the port, or register another callback URL and add it to cognito_redirect_uri',
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
