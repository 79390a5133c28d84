/** The questions of a user pool in words. Pure. */
import type { CodeSource, Question } from '../../sign-in/challenge-questions.ts'

/** What is typed in answer to a code that was sent, or that an app shows. */
export function codeQuestion({ by, destination }: Extract<Question, { kind: 'code' }>): string {
  const to = destination === undefined ? '' : ` to ${destination}`
  const questions: Record<CodeSource, string> = {
    sms: `Code sent by SMS${to}: `,
    email: `Code sent by mail${to}: `,
    app: 'Code that your authenticator app shows: ',
  }
  return questions[by]
}

/** A factor, or a way to sign in, for a list to choose from. */
export function optionText(name: string): string {
  return OPTIONS.get(name) ?? name
}

const OPTIONS = new Map([
  ['SMS_MFA', 'a code by SMS'],
  ['SMS_OTP', 'a code by SMS'],
  ['EMAIL_OTP', 'a code by mail'],
  ['SOFTWARE_TOKEN_MFA', 'a code that an authenticator app shows'],
  ['PASSWORD_SRP', 'the password'],
])

/** What a custom challenge shows: the text itself where there is only one. */
export function customText(parameters: Record<string, string>): string[] {
  const entries = Object.entries(parameters)
  return entries.map(([name, value]) => (entries.length === 1 ? value : `${name}: ${value}`))
}

/** What cannot be had without a terminal. */
export function askInWords(question: Question): string {
  switch (question.kind) {
    case 'password':
      return 'the password'
    case 'new-password':
      return 'a new password'
    case 'attribute':
      return `the attribute ${question.name}`
    case 'code':
    case 'app-code':
      return 'a code of a second factor'
    case 'choice':
      return 'a choice'
    case 'custom':
      return 'an answer to a question of its own'
  }
}
