import { expect, test } from 'vitest'
import { pastedValue } from '../../../src/cli/configure/pasted-value.ts'

const POOL = 'eu-west-1_AbCdEf123'
const IDENTITY_POOL = 'eu-west-1:11111111-2222-3333-4444-555555555555'

test.each([
  ['cognito_user_pool_id', ` ${POOL}\n`, POOL],
  ['cognito_user_pool_id', `arn:aws:cognito-idp:eu-west-1:111122223333:userpool/${POOL}`, POOL],
  [
    'cognito_identity_pool_id',
    `arn:aws-us-gov:cognito-identity:eu-west-1:111122223333:identitypool/${IDENTITY_POOL}`,
    IDENTITY_POOL,
  ],
  ['cognito_role_arn', ' arn:aws:iam::111122223333:role/Admin ', 'arn:aws:iam::111122223333:role/Admin'],
  [
    'cognito_client_id',
    `arn:aws:cognito-idp:eu-west-1:1:userpool/${POOL}`,
    `arn:aws:cognito-idp:eu-west-1:1:userpool/${POOL}`,
  ],
] as const)('%s: "%s" is %s', (key, text, value) => {
  expect(pastedValue(key, text)).toBe(value)
})
