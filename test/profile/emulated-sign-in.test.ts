import { expect, test } from 'vitest'
import { refuseAwsBehindLoopback } from '../../src/profile/emulated-sign-in.ts'
import { profileWith } from '../errors/every-failure.ts'

const HERE = 'http://127.0.0.1:9229'
const ISSUER = { cognito_issuer: `${HERE}/eu-west-1_AbCdEf123` }
const ROLE = { cognito_role_arn: 'arn:aws:iam::111122223333:role/dev' }
const refusal = (keys: Record<string, string>) => () => {
  refuseAwsBehindLoopback(profileWith(keys))
}

test.each([
  ['an identity pool', ISSUER],
  ['a role that trusts the user pool', { ...ISSUER, ...ROLE, cognito_identity_pool_id: '' }],
  ['a second role', { ...ISSUER, cognito_chain_role_arn: ROLE.cognito_role_arn }],
  ['the API, for a password', { ...ISSUER, cognito_sign_in: 'password', cognito_identity_pool_id: '' }],
])('with the issuer here and no endpoint, AWS is not asked for %s', (_, keys) => {
  expect(refusal(keys)).toThrow(
    expect.objectContaining({
      code: 'setting-missing',
      facts: {
        ...{ profile: 'dev', file: '/home/me/.aws/config' },
        ...{ key: 'endpoint_url', neededFor: 'a sign-in at 127.0.0.1:9229' },
      },
    }),
  )
  expect(refusal({ ...keys, endpoint_url: HERE })).not.toThrow()
})

test.each([
  ['all is at AWS', {}],
  [
    'only the hosted UI is reached through this machine: its tokens are those of AWS',
    { cognito_domain: HERE },
  ],
  ['nothing is asked but who signs in', { ...ISSUER, cognito_identity_pool_id: '' }],
])('nothing is refused where %s', (_, keys) => {
  expect(refusal(keys)).not.toThrow()
})
