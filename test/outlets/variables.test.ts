import { describe, expect, test } from 'vitest'
import type { Credentials } from '../../src/exchange/credentials.ts'
import {
  childEnvironment,
  credentialsVariables,
  OUTRANKING_VARIABLES,
  regionVariables,
  SET_VARIABLES,
} from '../../src/outlets/variables.ts'
import { Secret } from '../../src/secret.ts'

const CREDENTIALS: Credentials = {
  accessKeyId: 'ASIAEXAMPLE',
  secretAccessKey: new Secret('wJalr/K7+bPxR='),
  sessionToken: new Secret('IQoJb3=='),
  expiration: new Date('2026-11-21T10:00:00Z'),
  accountId: '111122223333',
  roleArn: undefined,
}

describe('the variables of credentials', () => {
  test('are those that SDKs read, the expiration under both of its names', () => {
    const variables = credentialsVariables(CREDENTIALS, 'eu-west-1')
    expect(variables).toEqual({
      AWS_ACCESS_KEY_ID: 'ASIAEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'wJalr/K7+bPxR=',
      AWS_SESSION_TOKEN: 'IQoJb3==',
      AWS_CREDENTIAL_EXPIRATION: '2026-11-21T10:00:00Z',
      AWS_SESSION_EXPIRATION: '2026-11-21T10:00:00Z',
      AWS_REGION: 'eu-west-1',
      AWS_DEFAULT_REGION: 'eu-west-1',
    })
    expect(Object.keys(variables)).toEqual(SET_VARIABLES)
  })

  test('name no region where none is known', () => {
    expect(Object.keys(credentialsVariables(CREDENTIALS, ''))).toEqual(SET_VARIABLES.slice(0, 5))
    expect(regionVariables('')).toEqual({})
  })
})

// Each by a name of its own: a list in the test that is made from the code's would lose what the code loses.
const OLD = [
  ...['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_SECURITY_TOKEN'],
  ...['AWS_ACCESS_KEY', 'AWS_SECRET_KEY', 'AWS_PROFILE', 'AWS_DEFAULT_PROFILE', 'AWS_CREDENTIAL_FILE'],
  ...['AWS_CREDENTIAL_EXPIRATION', 'AWS_SESSION_EXPIRATION', 'AWS_ACCOUNT_ID'],
  ...['AWS_CONTAINER_CREDENTIALS_FULL_URI', 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'],
  ...['AWS_CONTAINER_AUTHORIZATION_TOKEN', 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE'],
  ...['AWS_WEB_IDENTITY_TOKEN_FILE', 'AWS_ROLE_ARN', 'AWS_ROLE_SESSION_NAME'],
  ...[
    'AWS_BEARER_TOKEN_BEDROCK',
    'AWS_BEARER_TOKEN_OF_TOMORROW',
    'AWS_CREDENTIAL_PROFILES_FILE',
    'BOTO_CONFIG',
  ],
]
const OWN = [
  ...['POOLKEY_HOME', 'POOLKEY_STORE', 'POOLKEY_PASSPHRASE', 'POOLKEY_PASSPHRASE_FILE'],
  ...['POOLKEY_CLIENT_SECRET', 'POOLKEY_NO_INPUT', 'POOLKEY_DEBUG', 'POOLKEY_SIGNIN_ENDPOINT'],
  ...['POOLKEY_OF_TOMORROW', 'INSIDE_POOLKEY'],
]
const OTHERS = {
  PATH: '/usr/bin:.:',
  HOME: '/home/me',
  EMPTY: '',
  AWS_PAGER: '',
  AWS_CONFIG_FILE: '/config',
  AWS_SHARED_CREDENTIALS_FILE: '/credentials',
  AWS_CA_BUNDLE: '/ca.pem',
  AWS_ENDPOINT_URL: 'http://localhost:4566',
  AWS_REGION: 'us-east-1',
  AWS_USE_FIPS_ENDPOINT: 'true',
  MY_AWS_PROFILE: 'kept',
  AWS_PROFILES: 'kept',
  NOT_POOLKEY_HOME: 'kept',
}

describe('the environment of a program', () => {
  test.each([...OLD, ...OWN])('F97: has no %s of its parent', (name) => {
    expect(childEnvironment({ ...OTHERS, [name]: 'old' }, {})).toEqual(OTHERS)
    expect(childEnvironment({ ...OTHERS, [name.toLowerCase()]: 'old' }, {})).toEqual(OTHERS)
  })

  test('F97: has what is given to it in place of what the parent had, however that is written', () => {
    const parent = { Path: '/bin', Aws_Region: 'us-east-1', AWS_PROFILE: 'other', GONE: undefined }
    expect(childEnvironment(parent, { AWS_REGION: 'eu-west-1', INSIDE_POOLKEY: 'dev' })).toEqual({
      Path: '/bin',
      AWS_REGION: 'eu-west-1',
      INSIDE_POOLKEY: 'dev',
    })
  })

  test('F97: misses nothing that `env` removes or sets, but the region', () => {
    const all = [...OUTRANKING_VARIABLES, ...SET_VARIABLES]
    const left = childEnvironment(Object.fromEntries(all.map((name) => [name, 'old'])), {})
    expect(left).toEqual({ AWS_REGION: 'old', AWS_DEFAULT_REGION: 'old' })
  })
})
