import { expect, test } from 'vitest'
import { explainError } from '../../src/errors/catalogue.ts'
import { PoolkeyError } from '../../src/errors/poolkey-error.ts'
import { isAboutClientSecret } from '../../src/errors/user-pool-causes.ts'
import { profileWith } from './every-failure.ts'

const profile = profileWith()
const POOL = profile.signIn!.userPoolId
const CLIENT = profile.signIn!.clientId

function refusal(name: string, message: string, operation = 'RespondToAuthChallenge') {
  return { service: 'user pool', operation, name, message } as const
}

const SECRET_TEXTS = [
  `Unable to verify secret hash for client ${CLIENT}`,
  `Client ${CLIENT} is configured with secret but SECRET_HASH was not received`,
]

test.each([
  ...SECRET_TEXTS.map((text) => [
    'NotAuthorizedException',
    text,
    'does not accept the secret',
    'secret-stdin',
  ]),
  ['NotAuthorizedException', 'Incorrect username or password.', 'do not fit each other', 'poolkey login'],
  [
    'NotAuthorizedException',
    'Incorrect username or password.',
    'do not fit each other',
    `app client ${CLIENT} is one of user pool ${POOL}`,
  ],
  [
    'UserNotFoundException',
    'User does not exist.',
    `user pool ${POOL} knows no such user`,
    'check the user name',
  ],
  [
    'ResourceNotFoundException',
    'Device does not exist.',
    'has forgotten the device',
    'poolkey login --profile dev --force',
  ],
  ['NotAuthorizedException', 'User is disabled.', 'this user is disabled', POOL],
  ['NotAuthorizedException', 'Password attempts exceeded', 'too many wrong passwords', 'wait'],
  [
    'NotAuthorizedException',
    'Invalid session for the user, session is expired.',
    'took too long',
    'poolkey login',
  ],
  ['CodeMismatchException', 'Invalid code received for user', 'the code is wrong', 'poolkey login'],
  ['EnableSoftwareTokenMFAException', 'Code mismatch', 'the code is wrong', 'clock'],
  ['ExpiredCodeException', 'Invalid code provided', 'the code is too old', 'poolkey login'],
  ['UserNotConfirmedException', 'User is not confirmed.', 'not confirmed', POOL],
  ['PasswordResetRequiredException', 'Password reset required', 'must be reset', 'Forgot your password'],
  ['PasswordHistoryPolicyViolationException', 'Used before', 'refused: Used before', 'policy'],
  [
    'InvalidParameterException',
    'Invalid phone number format.',
    'did not take what was answered: Invalid phone number format.',
    'poolkey login',
  ],
  ['UserNotFoundException', 'User does not exist.', 'knows no such user', 'poolkey login'],
  [
    'NotAuthorizedException',
    'Temporary password has expired and must be reset by an administrator.',
    'not used in time',
    POOL,
  ],
  ['InvalidPasswordException', 'Password not long enough', 'Password not long enough', 'policy'],
  ['ResourceNotFoundException', 'User pool client x does not exist.', `no app client ${CLIENT}`, POOL],
])('%s: %s', (name, message, what, fix) => {
  const told = explainError(new PoolkeyError('service-refused', refusal(name, message)), profile)
  expect(told.what).toContain(what)
  expect(told.fix).toContain(fix)
  expect(told.exitCode).toBe(5)
})

test('a client that is not allowed to sign in so is told which flow to allow', () => {
  const error = refusal(
    'InvalidParameterException',
    'USER_SRP_AUTH is not enabled for the client.',
    'InitiateAuth',
  )
  const told = explainError(new PoolkeyError('service-refused', error), profile)
  expect(told.what).toContain(CLIENT)
  expect(told.fix).toContain('ALLOW_USER_SRP_AUTH')
})

const FLOW = refusal(
  'InvalidParameterException',
  'USER_SRP_AUTH is not enabled for the client.',
  'InitiateAuth',
)
const NO_DOMAIN = { cognito_sign_in: 'password', cognito_domain: '' }

test.each([
  ['as it is set', {}, 'poolkey login --profile dev'],
  [
    'by a key less',
    { cognito_sign_in: 'password' },
    'poolkey configure --sign-in browser --profile dev, then poolkey login --profile dev',
  ],
  [
    'with a domain',
    NO_DOMAIN,
    'poolkey configure --sign-in browser --domain HOST --profile dev, then poolkey login --profile dev',
  ],
])('who needs the browser is told how to have it: %s', (_, keys, command) => {
  const asked = profileWith(keys)
  for (const error of [
    new PoolkeyError('service-refused', FLOW),
    new PoolkeyError('challenge-unanswerable', { challenge: 'WEB_AUTHN' }),
  ])
    expect(explainError(error, asked).fix).toMatch(new RegExp(`with the browser: ${command}$`))
})

test('a password is reset on the sign-in page where there is one, else by an administrator', () => {
  const error = new PoolkeyError('service-refused', refusal('PasswordResetRequiredException', ''))
  expect(explainError(error, profileWith({ cognito_sign_in: 'password' })).fix).toContain('sign-in page')
  expect(explainError(error, profileWith(NO_DOMAIN)).fix).toContain(`administrator of user pool ${POOL}`)
})

test('an unknown refusal is quoted, and leads to the client and the triggers, not to a role', () => {
  const told = explainError(
    new PoolkeyError('service-refused', refusal('UserLambdaValidationException', 'PreAuthentication failed')),
    profile,
  )
  expect(told.what).toContain('UserLambdaValidationException: PreAuthentication failed')
  expect(told.fix).toContain('trigger')
})

test('only what is about the client secret is taken for that', () => {
  expect(SECRET_TEXTS.map((text) => isAboutClientSecret(refusal('NotAuthorizedException', text)))).toEqual([
    true,
    true,
  ])
  for (const text of ['Refresh Token has been revoked', 'Invalid Refresh Token', 'User is disabled.', ''])
    expect(isAboutClientSecret(refusal('NotAuthorizedException', text))).toBe(false)
  expect(isAboutClientSecret(refusal('RefreshTokenReuseException', 'a secret'))).toBe(false)
})
