import { describe, expect, test } from 'vitest'
import { consoleDestination, federationUrl, linkLine, signInLink } from '../../src/outlets/console.ts'
import { readFederationBase } from '../../src/outlets/federation-base.ts'
import { Secret } from '../../src/secret.ts'
import { failureOf } from '../profile/failure.ts'

const IRELAND = 'eu-west-1'

test.each([
  [undefined, '/console/home'],
  ['s3', '/s3/home'],
  ['EC2', '/ec2/home'],
  ['lambda', '/lambda/home'],
  ['cloudwatch', '/cloudwatch/home'],
  ['dynamodb', '/dynamodbv2/home'],
  ['iam', '/iam/home'],
  ['cognito', '/cognito/home'],
  ['cloudformation', '/cloudformation/home'],
  ['ecs', '/ecs/v2'],
  ['rds', '/rds/home'],
  ['step-functions', '/step-functions/home'],
  ['/s3/buckets', '/s3/buckets'],
  ['sns/v3/home', '/sns/v3/home'],
])('%s leads to %s', (service, path) => {
  expect(consoleDestination(service, IRELAND).href).toBe(
    `https://console.aws.amazon.com${path}?region=eu-west-1`,
  )
})

test('a service that is named like a word of the language is only a name', () => {
  expect(consoleDestination('constructor', IRELAND).pathname).toBe('/constructor/home')
})

test('the query of a copied address stays as it is, and a host that names a region is given no other', () => {
  const tail = '/s3/buckets?prefix=a%20b~c'
  expect(consoleDestination(`https://us-east-1.console.aws.amazon.com${tail}`, IRELAND).href).toBe(
    `https://us-east-1.console.aws.amazon.com${tail}`,
  )
  expect(consoleDestination(`https://s3.console.aws.amazon.com${tail}`, IRELAND).href).toBe(
    `https://s3.console.aws.amazon.com${tail}&region=eu-west-1`,
  )
})

test('a path keeps its query and fragment, and its own region', () => {
  expect(consoleDestination('/ec2/home?x=1#Instances:', IRELAND).href).toBe(
    'https://console.aws.amazon.com/ec2/home?x=1&region=eu-west-1#Instances:',
  )
  expect(consoleDestination('/ec2/home?region=us-east-1', IRELAND).searchParams.get('region')).toBe(
    'us-east-1',
  )
})

test('an address copied from the console is taken', () => {
  const address = 'https://eu-central-1.console.aws.amazon.com/s3/buckets/a?region=eu-central-1'
  expect(consoleDestination(address, IRELAND).href).toBe(address)
})

describe('I119: a destination is an https page of the console of the partition', () => {
  test.each([
    [
      'eu-west-1',
      'https://console.aws.amazon.com/s3/home?region=eu-west-1',
      'https://signin.aws.amazon.com/federation',
    ],
    [
      'cn-north-1',
      'https://console.amazonaws.cn/s3/home?region=cn-north-1',
      'https://signin.amazonaws.cn/federation',
    ],
    [
      'us-gov-west-1',
      'https://console.amazonaws-us-gov.com/s3/home?region=us-gov-west-1',
      'https://signin.amazonaws-us-gov.com/federation',
    ],
    [
      'eusc-de-east-1',
      'https://eusc-de-east-1.console.amazonaws-eusc.eu/s3/home?region=eusc-de-east-1',
      'https://eusc-de-east-1.signin.amazonaws-eusc.eu/federation',
    ],
  ])('%s', (region, page, federation) => {
    expect(consoleDestination('s3', region).href).toBe(page)
    expect(federationUrl(region).href).toBe(federation)
  })

  test.each([
    '//evil.example/',
    '///evil.example/',
    '/\\evil.example/',
    '\\\\evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    ' //evil.example',
    'https://evil.example/',
    'https:evil.example',
    'https://console.aws.amazon.com.evil.example/',
    'https://evilconsole.aws.amazon.com/',
    'https://console.aws.amazon.com@evil.example/',
    'https://user@console.aws.amazon.com/',
    'https://user:password@console.aws.amazon.com/',
    'https://console.aws.amazon.com:8443/',
    'http://console.aws.amazon.com/',
    'ftp://console.aws.amazon.com/',
    'javascript:alert(1)',
    'data:text/html,x',
    'https://signin.aws.amazon.com/oauth',
    'https://aws.amazon.com/',
    'https://console.amazonaws.cn/',
    'https://console.aws.amazon.com./',
    'https://console.aws.amazon.com\u3002evil.example/',
    '/a\u202eb',
    '',
  ])('refuses %j', (service) => {
    expect(failureOf(() => consoleDestination(service, IRELAND))).toMatchObject({ code: 'usage' })
  })

  test.each(['us-iso-east-1', 'us-isob-east-1', 'us-isof-south-1', 'eu-isoe-west-1'])(
    'sends no credentials to another partition for %s, whose console is not known',
    (region) => {
      expect(failureOf(() => consoleDestination('s3', region))).toMatchObject({ code: 'usage' })
      expect(failureOf(() => federationUrl(region))).toMatchObject({ code: 'usage' })
    },
  )
})

test('the sign-in link carries token and destination, and is shown only on request', () => {
  const link = signInLink({
    federation: federationUrl(IRELAND),
    destination: consoleDestination('s3', IRELAND),
    token: new Secret('to&ken='),
  })
  expect(String(link)).toBe('[redacted]')
  const url = new URL(linkLine(link).trim())
  expect(`${url.origin}${url.pathname}`).toBe('https://signin.aws.amazon.com/federation')
  expect(Object.fromEntries(url.searchParams)).toEqual({
    Action: 'login',
    Issuer: 'poolkey',
    Destination: 'https://console.aws.amazon.com/s3/home?region=eu-west-1',
    SigninToken: 'to&ken=',
  })
})

describe('POOLKEY_SIGNIN_ENDPOINT', () => {
  test.each([
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080/federation'],
    ['http://localhost:8080/base/', 'http://localhost:8080/base/federation'],
    ['https://[::1]:8080', 'https://[::1]:8080/federation'],
  ])('%s is a base URL', (value, federation) => {
    const base = readFederationBase({ POOLKEY_SIGNIN_ENDPOINT: value })
    expect(federationUrl(IRELAND, base).href).toBe(federation)
  })

  test.each([
    'https://signin.evil.example',
    'http://127.0.0.1.evil.example',
    'http://user@127.0.0.1',
    'http://127.0.0.1/?a=1',
    'ftp://127.0.0.1',
    'nonsense',
  ])('%s is refused: credentials go to AWS or stay on this machine', (value) => {
    expect(failureOf(() => readFederationBase({ POOLKEY_SIGNIN_ENDPOINT: value }))).toMatchObject({
      code: 'environment-invalid',
    })
  })

  test('is AWS itself where it is not set', () => {
    expect(readFederationBase({})).toBeUndefined()
    expect(readFederationBase({ POOLKEY_SIGNIN_ENDPOINT: '' })).toBeUndefined()
  })
})
