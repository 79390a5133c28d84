import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readTrustPolicy } from '../../src/insight/trust-policy-document.ts'
import { trustPolicyFor } from '../../src/insight/trust-policy.ts'
import { NEEDS, ROLE } from './trust-requests.ts'

const POLICY = trustPolicyFor(NEEDS.pool)
const text = JSON.stringify(POLICY)
const encoded = encodeURIComponent(text)
const role = { RoleName: 'Developer', Arn: ROLE, MaxSessionDuration: 7200, Path: '/team/' }

const { kind, document: plain } = readTrustPolicy(text) as { kind: string; document: object }

describe('a policy is read', () => {
  test('as it stands', () => {
    expect(kind).toBe('policy')
    expect(plain).toEqual({
      version: '2012-10-17',
      role: undefined,
      statements: [
        {
          where: '',
          effect: 'Allow',
          principals: [{ type: 'Federated', name: 'cognito-identity.amazonaws.com' }],
          actions: ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession'],
          conditions: [
            {
              operator: 'StringEquals',
              key: 'cognito-identity.amazonaws.com:aud',
              values: [NEEDS.pool.identityPoolId],
            },
            {
              operator: 'ForAnyValue:StringLike',
              key: 'cognito-identity.amazonaws.com:amr',
              values: ['authenticated'],
            },
          ],
          elements: ['Effect', 'Principal', 'Action', 'Condition'],
        },
      ],
    })
  })

  test.each([
    ['with a byte order mark and white space', `\ufeff\n ${JSON.stringify(POLICY, null, 2)}\n`],
    ['URL-encoded', encoded],
    ['URL-encoded, from the second line on', encodeURIComponent(`\n ${text}`)],
    ['encoded as in a form', new URLSearchParams({ x: JSON.stringify(POLICY, null, 2) }).toString().slice(2)],
    ['URL-encoded, in a JSON string', JSON.stringify(encoded)],
    ['as a JSON string', JSON.stringify(text)],
  ])('%s', (_, given) => {
    expect(readTrustPolicy(given)).toEqual({ kind: 'policy', document: plain })
  })

  test.each([
    ['aws iam get-role', { Role: { ...role, AssumeRolePolicyDocument: POLICY } }],
    ['get-role, as the API answers', { Role: { ...role, AssumeRolePolicyDocument: encoded } }],
    ['get-role --query Role', { ...role, AssumeRolePolicyDocument: POLICY }],
  ])('from the output of %s, with what the role says of itself', (_, given) => {
    expect(readTrustPolicy(JSON.stringify(given))).toEqual({
      kind: 'policy',
      document: { ...plain, role: { arn: ROLE, maxSessionSeconds: 7200 } },
    })
  })
})

describe('what is no policy', () => {
  test.each([
    ['', 'it is empty'],
    ['{\n  "Version": "2012-10-17",\n  "Statement": [}\n', 'it is not JSON'],
    ['%7B%22Statement%22%3A%5B%E0', 'it is URL-encoded, but cut off or damaged'],
    ['{}', 'it is no policy: it has no Statement'],
    ['[]', 'it is no policy: it has no Statement'],
    ['3', 'it is no policy: it has no Statement'],
    ['{"Statement": [1, {}]}', 'it is no policy: not everything in its Statement is one'],
    ['{"Statement": "x"}', 'it is no policy: not everything in its Statement is one'],
    ['{"Role": null}', 'it is no policy: it has no Statement'],
  ])('%j: %s', (given, problem) => {
    expect(readTrustPolicy(given)).toEqual({ kind: 'unreadable', problem })
  })

  test('never makes the reader fail, whatever it is', () => {
    const json = fc.jsonValue().map((value) => JSON.stringify(value))
    const statement = fc.record({ Statement: fc.jsonValue() }).map((value) => JSON.stringify(value))
    fc.assert(
      fc.property(fc.oneof(fc.string(), json, statement), (given) => {
        expect(['policy', 'unreadable']).toContain(readTrustPolicy(given).kind)
      }),
    )
  })
})
