import { expect, test } from 'vitest'
import { askInWords, codeQuestion, customText, optionText } from '../../../src/cli/sign-in/challenge-text.ts'

test.each([
  ['sms', '+*******1234', 'Code sent by SMS to +*******1234: '],
  ['sms', undefined, 'Code sent by SMS: '],
  ['email', 'c***@e***', 'Code sent by mail to c***@e***: '],
  ['email', undefined, 'Code sent by mail: '],
  ['app', undefined, 'Code that your authenticator app shows: '],
] as const)('a code by %s that went to %s is asked for as: %s', (by, destination, asked) => {
  expect(codeQuestion({ kind: 'code', by, destination })).toBe(asked)
})

test.each([
  ['SMS_MFA', 'a code by SMS'],
  ['SMS_OTP', 'a code by SMS'],
  ['EMAIL_OTP', 'a code by mail'],
  ['SOFTWARE_TOKEN_MFA', 'a code that an authenticator app shows'],
  ['PASSWORD_SRP', 'the password'],
])('the way to sign in that the pool calls %s is offered as %s', (name, text) => {
  expect(optionText(name)).toBe(text)
})

test('a way that nobody has words for keeps its own name', () => {
  expect(optionText('WEB_AUTHN')).toBe('WEB_AUTHN')
})

test('a custom challenge with one text is that text; several are told apart by their names', () => {
  expect(customText({ question: 'Which colour?' })).toEqual(['Which colour?'])
  expect(customText({ question: 'Which colour?', hint: 'sky' })).toEqual([
    'question: Which colour?',
    'hint: sky',
  ])
  expect(customText({})).toEqual([])
})

test.each([
  [{ kind: 'password' }, 'the password'],
  [{ kind: 'new-password' }, 'a new password'],
  [{ kind: 'attribute', name: 'given_name' }, 'the attribute given_name'],
  [{ kind: 'code', by: 'sms', destination: undefined }, 'a code of a second factor'],
  [{ kind: 'app-code', secret: 'S', otpauthUrl: 'otpauth://' }, 'a code of a second factor'],
  [{ kind: 'choice', options: ['SMS_MFA'] }, 'a choice'],
  [{ kind: 'custom', parameters: {} }, 'an answer to a question of its own'],
] as const)('without a terminal, %j cannot be had: %s', (question, words) => {
  const asked = question.kind === 'choice' ? { ...question, options: [...question.options] } : question
  expect(askInWords(asked)).toBe(words)
})
