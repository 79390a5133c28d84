import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isAllowed } from '../../src/emulator/trust-policy.ts'
import type { TrustPolicy, TrustRequest, TrustStatement } from '../../src/emulator/trust-policy.ts'

const FEDERATED: TrustRequest = {
  action: 'sts:AssumeRoleWithWebIdentity',
  principal: { kind: 'federated', name: 'cognito-identity.amazonaws.com' },
  keys: { 'p:aud': 'pool', 'p:amr': ['authenticated', 'provider', 'provider:CognitoSignIn:sub'] },
}

const SESSION: TrustRequest = {
  action: 'sts:AssumeRole',
  principal: {
    kind: 'session',
    sessionArn: 'arn:aws:sts::111122223333:assumed-role/first/name',
    roleArn: 'arn:aws:iam::111122223333:role/first',
    accountId: '111122223333',
  },
  keys: { 'sts:ExternalId': 'x1' },
}

function federatedPolicy(change: Partial<TrustStatement> = {}): TrustPolicy {
  return {
    Statement: {
      Effect: 'Allow',
      Principal: { Federated: 'cognito-identity.amazonaws.com' },
      Action: 'sts:AssumeRoleWithWebIdentity',
      ...change,
    },
  }
}

function conditioned(Condition: NonNullable<TrustStatement['Condition']>): boolean {
  return isAllowed(federatedPolicy({ Condition }), FEDERATED)
}

describe('the statement', () => {
  test('must allow the action to the principal', () => {
    expect(isAllowed(federatedPolicy(), FEDERATED)).toBe(true)
    expect(isAllowed(federatedPolicy({ Action: 'sts:AssumeRole' }), FEDERATED)).toBe(false)
    expect(isAllowed(federatedPolicy({ Principal: { Federated: 'accounts.google.com' } }), FEDERATED)).toBe(
      false,
    )
    expect(isAllowed(federatedPolicy({ Principal: { AWS: '*' } }), FEDERATED)).toBe(false)
    expect(isAllowed(federatedPolicy({ Action: ['sts:TagSession', 'STS:assumerole*'] }), FEDERATED)).toBe(
      true,
    )
    expect(isAllowed({ Statement: [] }, FEDERATED)).toBe(false)
  })

  test('loses against a Deny', () => {
    const allow = federatedPolicy().Statement as TrustStatement
    const deny: TrustStatement = {
      ...allow,
      Effect: 'Deny',
      Condition: { StringEquals: { 'p:aud': 'pool' } },
    }
    expect(isAllowed({ Statement: [allow, deny] }, FEDERATED)).toBe(false)
    const harmless: TrustStatement = { ...deny, Condition: { StringEquals: { 'p:aud': 'other' } } }
    expect(isAllowed({ Statement: [allow, harmless] }, FEDERATED)).toBe(true)
  })

  test.each([
    ['the account', 'arn:aws:iam::111122223333:root', true],
    ['the account by number', '111122223333', true],
    ['the role', 'arn:aws:iam::111122223333:role/first', true],
    ['the session', 'arn:aws:sts::111122223333:assumed-role/first/name', true],
    ['everybody', '*', true],
    ['another account', 'arn:aws:iam::444455556666:root', false],
    ['another role', 'arn:aws:iam::111122223333:role/second', false],
    ['another session', 'arn:aws:sts::111122223333:assumed-role/first/other', false],
  ])('names %s as its AWS principal: %s -> %s', (_, AWS, allowed) => {
    const policy = federatedPolicy({
      Action: 'sts:AssumeRole',
      Principal: { AWS: ['arn:aws:iam::1:root', AWS] },
    })
    expect(isAllowed(policy, SESSION)).toBe(allowed)
  })
})

describe('the condition', () => {
  test.each([
    [{ StringEquals: { 'p:aud': 'pool' } }, true],
    [{ StringEquals: { 'P:AUD': 'pool' } }, true],
    [{ StringEquals: { 'p:aud': 'POOL' } }, false],
    [{ StringEqualsIgnoreCase: { 'p:aud': 'POOL' } }, true],
    [{ StringEquals: { 'p:aud': ['other', 'pool'] } }, true],
    [{ StringEquals: { 'p:aud': 'pool', 'p:sub': 'x' } }, false],
    [{ StringNotEquals: { 'p:aud': 'pool' } }, false],
    [{ StringNotEquals: { 'p:aud': ['other', 'pool'] } }, false],
    [{ StringNotEquals: { 'p:aud': 'other' } }, true],
    [{ StringNotEquals: { 'p:none': 'other' } }, true],
    [{ StringLike: { 'p:aud': 'po*' } }, true],
    [{ StringLike: { 'p:aud': 'p??l' } }, true],
    [{ StringLike: { 'p:aud': 'p?l' } }, false],
    [{ StringLike: { 'p:aud': 'p.*l' } }, false],
    [{ 'ForAnyValue:StringLike': { 'p:amr': 'authenticated' } }, true],
    [{ 'ForAnyValue:StringLike': { 'p:amr': 'unauthenticated' } }, false],
    [{ 'ForAnyValue:StringLike': { 'p:amr': '*:CognitoSignIn:*' } }, true],
    [{ 'ForAnyValue:StringLike': { 'p:none': '*' } }, false],
    [{ 'ForAllValues:StringEquals': { 'p:amr': 'authenticated' } }, false],
    [{ 'ForAllValues:StringEquals': { 'p:none': 'authenticated' } }, true],
    [{ StringEqualsIfExists: { 'p:none': 'x' } }, true],
    [{ StringEqualsIfExists: { 'p:aud': 'x' } }, false],
    [{ Null: { 'p:none': 'true' } }, true],
    [{ Null: { 'p:aud': 'true' } }, false],
    [{ StringEquals: { 'p:aud': 'pool' }, StringLike: { 'p:aud': 'x*' } }, false],
  ])('%j holds: %s', (condition, holds) => {
    expect(conditioned(condition as NonNullable<TrustStatement['Condition']>)).toBe(holds)
  })

  test('refuses an operator it does not know, rather than passing over it', () => {
    expect(() => conditioned({ NumericLessThan: { 'p:aud': '1' } })).toThrow('NumericLessThan')
  })

  test('compares any text with itself as equal, and as like only through its own wildcards', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (text, other) => {
        const request = { ...FEDERATED, keys: { 'p:aud': text } }
        const allowedBy = (operator: string, wanted: string) =>
          isAllowed(federatedPolicy({ Condition: { [operator]: { 'p:aud': wanted } } }), request)
        expect(allowedBy('StringEquals', text)).toBe(true)
        expect(allowedBy('StringEquals', other)).toBe(text === other)
        expect(allowedBy('StringLike', '*')).toBe(true)
        if (!/[*?]/.test(other)) expect(allowedBy('StringLike', other)).toBe(text === other)
      }),
    )
  })
})
