/** Handing out: into the credentials file, to the AWS console, as a token. */
import { withProfile } from './explanation.ts'
import type { Wordings } from './explanation.ts'

export const OUTLET_WORDINGS: Wordings<
  'write-refused' | 'no-token' | 'no-browser' | 'console-refused' | 'console-not-opened'
> = {
  'write-refused': {
    exitCode: 3,
    what: (facts) => {
      const { name } = facts
      switch (facts.reason) {
        case 'itself':
          return `${name} is this profile itself: tools would prefer the keys written there to its credential_process, and never renew them`
        case 'configured':
          return `profile ${name} has ${facts.key} (${facts.file}:${facts.line}): keys written for it would take the place of that`
        case 'foreign':
          return `${facts.file}:${facts.line}: section [${name}] was not written by poolkey`
        case 'changed':
          return `${facts.file}:${facts.line}: section [${name}] holds other keys than those that poolkey wrote there`
      }
    },
    fix: ({ reason, profile }) =>
      `choose another name: ${withProfile('poolkey write --to NAME', profile)}${reason === 'foreign' || reason === 'changed' ? '; or remove that section, if nobody needs its keys' : ''}`,
  },
  'no-token': {
    exitCode: 3,
    what: ({ profile }) => `profile ${profile} is a guest's: nobody signs in, so there is no token`,
    fix: () =>
      'name a profile that signs in (--profile); or remove cognito_guest, and add cognito_user_pool_id, cognito_client_id and cognito_domain',
  },
  'console-refused': {
    exitCode: 5,
    what: ({ host, status }) =>
      `the AWS console (${host}) does not accept these credentials (HTTP ${status})`,
    // Whether it takes an identity pool's credentials is not documented.
    fix: (_facts, profile) =>
      profile?.exchange.kind === 'enhanced' && !profile.chain
        ? 'try a profile whose role is assumed through STS: cognito_exchange = basic or web-identity, or cognito_chain_role_arn'
        : 'fetch new credentials (poolkey login --force), then try again',
  },
  'no-browser': {
    exitCode: 3,
    what: ({ detail }) => `no browser can be opened for the console: ${detail}`,
    fix: ({ profile }) => `set BROWSER, or print the URL and open it yourself: ${printIt(profile)}`,
  },
  'console-not-opened': {
    exitCode: 6,
    what: ({ seconds }) => `no browser came for the console within ${seconds} s`,
    fix: ({ profile }) => `print the URL and open it yourself: ${printIt(profile)}`,
  },
}

function printIt(profile: string): string {
  return withProfile('poolkey console --print', profile)
}
