import { describe, expect, test } from 'vitest'
import { parseProfile } from '../../src/profile/parse-profile.ts'
import { failureOf } from './failure.ts'

const SERVICES = `[services local]
sts =
  endpoint_url = https://sts-services.example
cognito_identity =
  endpoint_url = http://127.0.0.1:9000
`

function read(keys: string, env: Record<string, string> = {}) {
  const configText = `[profile dev]
cognito_user_pool_id = eu-west-1_A
cognito_client_id = c
cognito_domain = a.example.com
${keys}
${SERVICES}`
  const readFile = () => ''
  return parseProfile({ name: 'dev', configText, configFile: 'config', env, readFile })
}

const urls = (keys: string, env: Record<string, string> = {}) => {
  const { sts, cognitoIdentity, cognitoIdentityProvider } = read(keys, env).endpoints
  return [sts?.href, cognitoIdentity?.href, cognitoIdentityProvider?.href]
}

describe('an endpoint', () => {
  const own = 'https://profile.example/'
  test('is overridden by the profile, its services section, the variable for all, the service’s variable, in rising order', () => {
    const keys = `endpoint_url = ${own}`
    expect(urls('')).toEqual([undefined, undefined, undefined])
    expect(urls(keys)).toEqual([own, own, own])
    const withServices = `${keys}\nservices = local`
    expect(urls(withServices)).toEqual(['https://sts-services.example/', 'http://127.0.0.1:9000/', own])
    const all = 'https://all.example/'
    expect(urls(withServices, { AWS_ENDPOINT_URL: all })).toEqual([all, all, all])
    const env = {
      AWS_ENDPOINT_URL: all,
      AWS_ENDPOINT_URL_STS: 'http://localhost:1/',
      AWS_ENDPOINT_URL_COGNITO_IDENTITY: 'http://[::1]:2/',
      AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: 'https://idp.example/x',
    }
    expect(urls(withServices, env)).toEqual([
      'http://localhost:1/',
      'http://[::1]:2/',
      'https://idp.example/x',
    ])
  })

  test('is the service’s own when overrides are to be ignored', () => {
    const env = { AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true', AWS_ENDPOINT_URL: 'https://all.example' }
    expect(urls(`endpoint_url = ${own}`, env)).toEqual([undefined, undefined, undefined])
    expect(urls(`endpoint_url = ${own}\nignore_configured_endpoint_urls = true`)).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })

  test('an empty variable counts as not set', () => {
    expect(urls('', { AWS_ENDPOINT_URL: '' })).toEqual([undefined, undefined, undefined])
  })

  test.each([
    'http://sts.example',
    'http://169.254.169.254',
    'sts.example',
    'https://u:p@sts.example',
    'https://sts.example?x=1',
    'https://sts.example#x',
    'file:///etc/passwd',
    'http://localhost@evil.example',
    'http://localhost.evil.example',
    'https://sts.example\\@evil.example',
    'https://sts.example\n',
  ])('%j is refused', (url) => {
    expect(failureOf(() => read('', { AWS_ENDPOINT_URL_STS: url }))).toMatchObject({
      code: 'environment-invalid',
      facts: { variable: 'AWS_ENDPOINT_URL_STS', value: url },
    })
  })

  test('is refused with its place when it stands in the file', () => {
    expect(failureOf(() => read('endpoint_url = http://sts.example'))).toMatchObject({
      code: 'setting-invalid',
      facts: {
        key: 'endpoint_url',
        value: 'http://sts.example',
        place: { file: 'config', line: 5, profile: 'dev' },
      },
    })
    expect(
      failureOf(() => read('services = bad\n[services bad]\nsts =\n  endpoint_url = ftp://x')),
    ).toMatchObject({
      code: 'setting-invalid',
      facts: { key: 'sts endpoint_url', place: { line: 8 } },
    })
  })

  test('a services section that does not exist is refused', () => {
    expect(failureOf(() => read('services = nope'))).toMatchObject({
      code: 'setting-invalid',
      facts: { key: 'services', value: 'nope', place: { line: 5 } },
    })
  })
})

describe('FIPS and dual-stack', () => {
  test('come from the environment, else from the profile', () => {
    expect(read('use_fips_endpoint = true\nuse_dualstack_endpoint = true').endpoints).toMatchObject({
      useFips: true,
      useDualstack: true,
    })
    const env = { AWS_USE_FIPS_ENDPOINT: 'false', AWS_USE_DUALSTACK_ENDPOINT: 'TRUE' }
    expect(read('use_fips_endpoint = true', env).endpoints).toMatchObject({
      useFips: false,
      useDualstack: true,
    })
  })

  test('a value that is neither true nor false is refused', () => {
    expect(failureOf(() => read('', { AWS_USE_FIPS_ENDPOINT: 'yes' }))).toMatchObject({
      code: 'environment-invalid',
    })
    expect(failureOf(() => read('use_dualstack_endpoint = 1'))).toMatchObject({ code: 'setting-invalid' })
  })

  test('FIPS or dual-stack beside an override is refused, as the SDKs do', () => {
    const url = 'endpoint_url = https://x.example\n'
    expect(failureOf(() => read(url, { AWS_USE_FIPS_ENDPOINT: 'true' }))).toMatchObject({
      code: 'environment-invalid',
      facts: { variable: 'AWS_USE_FIPS_ENDPOINT' },
    })
    expect(failureOf(() => read(`${url}use_fips_endpoint = true`))).toMatchObject({
      code: 'setting-conflict',
      facts: { key: 'use_fips_endpoint', with: 'endpoint_url', place: { line: 6 } },
    })
    expect(failureOf(() => read(url, { AWS_USE_DUALSTACK_ENDPOINT: 'true' }))).toMatchObject({
      code: 'environment-invalid',
      facts: { variable: 'AWS_USE_DUALSTACK_ENDPOINT' },
    })
    expect(failureOf(() => read(`${url}use_dualstack_endpoint = true`))).toMatchObject({
      code: 'setting-conflict',
      facts: { key: 'use_dualstack_endpoint', with: 'endpoint_url', place: { line: 6 } },
    })
  })
})

describe('the region of STS', () => {
  test('is AWS_REGION, AWS_DEFAULT_REGION, the profile’s, the pool’s', () => {
    const keys = 'region = us-west-1'
    expect(read('').region).toBe('eu-west-1')
    expect(read(keys).region).toBe('us-west-1')
    expect(read(keys, { AWS_DEFAULT_REGION: 'us-west-2' }).region).toBe('us-west-2')
    expect(read(keys, { AWS_DEFAULT_REGION: 'us-west-2', AWS_REGION: 'us-east-1' }).region).toBe('us-east-1')
  })

  test.each(['evil.example/', 'a b', 'EU', '-x', 'x@y'])(
    '%j is refused, for it goes into a host name',
    (region) => {
      expect(failureOf(() => read('', { AWS_REGION: region }))).toMatchObject({ code: 'environment-invalid' })
      expect(failureOf(() => read(`region = ${region}`))).toMatchObject({
        code: 'setting-invalid',
        facts: { key: 'region' },
      })
    },
  )
})

test("the certificate file is the profile's ca_bundle", () => {
  expect(read('ca_bundle = /a.pem').caBundle).toBe('/a.pem')
})

test('the account ID is twelve digits or refused', () => {
  expect(read('aws_account_id = 111122223333').accountId).toBe('111122223333')
  expect(failureOf(() => read('aws_account_id = 1'))).toMatchObject({
    code: 'setting-invalid',
    facts: { key: 'aws_account_id' },
  })
})
