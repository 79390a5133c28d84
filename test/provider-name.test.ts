import { expect, test } from 'vitest'
import { providerNameOf } from '../src/provider-name.ts'

test.each([
  [
    'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_A',
    'cognito-idp.eu-west-1.amazonaws.com/eu-west-1_A',
  ],
  ['http://localhost:9000/pool', 'localhost:9000/pool'],
  ['issuer.example.com/https://pool', 'issuer.example.com/https://pool'],
])('the provider of %s is called %s', (issuer, name) => {
  expect(providerNameOf(issuer)).toBe(name)
})
