import { describe, expect, test } from 'vitest'
import { shadowingSettings, shadowingVariables } from '../../src/insight/shadow-findings.ts'
import { CONFIG_FILE, CREDENTIALS_FILE, sectionOf } from './section-of.ts'

const LINE = { credential_process: '/bin/poolkey credential-process --profile dev' }
const KEYS = { aws_access_key_id: 'AKIAEXAMPLE', aws_secret_access_key: 'none' }
const ROLE = { role_arn: 'arn:aws:iam::111122223333:role/x' }

const shadows = (keys: Record<string, string>, credentials: Record<string, string> = {}) =>
  shadowingSettings(sectionOf('dev', keys, credentials), CREDENTIALS_FILE)

describe('settings of the profile', () => {
  test.each([
    ['the line alone', LINE],
    ['a role over another profile', { ...ROLE, source_profile: 'base' }],
    [
      'a role over another profile, and keys that are never asked',
      { ...ROLE, source_profile: 'base', ...KEYS },
    ],
    ['a role that leads nowhere beside the line', { ...LINE, ...ROLE }],
    ['single sign-on without a line', { sso_session: 'acme' }],
    ['neither', { region: 'eu-west-1' }],
  ])('%s stand in nobody’s way', (_, keys) => {
    expect(shadows(keys)).toEqual([])
  })

  test('keys of the credentials file are taken by all, those of the configuration by some', () => {
    expect(shadows(LINE, KEYS)).toMatchObject([
      {
        ...{ state: 'failed', code: 'profile-shadowed', exitCode: 3 },
        cause: `profile dev has aws_access_key_id (${CREDENTIALS_FILE}:2): AWS tools take those keys and never ask poolkey`,
        fix: `remove aws_access_key_id, aws_secret_access_key and aws_session_token from [dev] in ${CREDENTIALS_FILE}`,
      },
    ])
    expect(shadows({ ...LINE, ...KEYS })).toMatchObject([
      { state: 'warning', cause: expect.stringContaining(`(${CONFIG_FILE}:3): some AWS tools`) as string },
    ])
  })

  test('a section that poolkey wrote goes as a whole', () => {
    expect(shadows(LINE, { ...KEYS, poolkey_profile: 'dev' })).toMatchObject([
      { fix: `remove section [dev] from ${CREDENTIALS_FILE}` },
    ])
  })

  test.each(['source_profile', 'credential_source'])('a role with %s beside the line', (source) => {
    expect(shadows({ ...LINE, ...ROLE, [source]: 'base' })).toMatchObject([
      { state: 'failed', fix: expect.stringContaining(`else remove role_arn and ${source}`) as string },
    ])
  })

  test.each(['web_identity_token_file', 'sso_session', 'sso_start_url', 'login_session'])(
    '%s beside the line is asked first',
    (key) => {
      expect(shadows({ ...LINE, [key]: 'x' })).toMatchObject([
        { state: 'failed', cause: expect.stringContaining(`has ${key} (`) as string },
      ])
    },
  )
})

describe('variables', () => {
  test.each([
    ['none', {}],
    ['empty ones', { AWS_ACCESS_KEY_ID: '', AWS_PROFILE: '' }],
    ['a session token alone', { AWS_SESSION_TOKEN: 'x' }],
    ['a token file without a role', { AWS_WEB_IDENTITY_TOKEN_FILE: '/token' }],
    ['one profile', { AWS_PROFILE: 'dev' }],
    ['the same profile twice', { AWS_PROFILE: 'dev', AWS_DEFAULT_PROFILE: 'dev' }],
  ])('%s stand in nobody’s way', (_, env) => {
    expect(shadowingVariables(env)).toEqual([])
  })

  test.each([
    [
      { AWS_ACCESS_KEY_ID: 'a', AWS_SESSION_TOKEN: 'b', AWS_SECRET_ACCESS_KEY: '' },
      'unset AWS_ACCESS_KEY_ID AWS_SESSION_TOKEN',
    ],
    [
      { AWS_WEB_IDENTITY_TOKEN_FILE: '/token', AWS_ROLE_ARN: 'arn' },
      'unset AWS_WEB_IDENTITY_TOKEN_FILE AWS_ROLE_ARN',
    ],
    [{ AWS_PROFILE: 'dev', AWS_DEFAULT_PROFILE: 'prod' }, 'unset AWS_DEFAULT_PROFILE'],
  ])('%o: %s', (env, step) => {
    expect(shadowingVariables(env)).toMatchObject([{ state: 'warning', steps: [step] }])
  })
})
