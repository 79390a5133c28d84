/** What a challenge asks of a person, and how the answer is sent. Pure. */
import { parseJsonObject } from '../json-object.ts'
import type { Challenge } from './user-pool-api.ts'

/** A question for a person. Answers are typed, hidden where the answer is a password. */
export type Question =
  | { kind: 'password' }
  | { kind: 'new-password' }
  | { kind: 'attribute'; name: string }
  | { kind: 'code'; by: CodeSource; destination: string | undefined }
  /** Of a factor or a way to sign in, by the pool's own names; the answer is one of them. */
  | { kind: 'choice'; options: string[] }
  | { kind: 'custom'; parameters: Record<string, string> }
  /** A code of an authenticator app that is set up with this shared secret, which is to be shown. */
  | { kind: 'app-code'; secret: string; otpauthUrl: string }

/** Where a code comes from: a message, a mail, or an authenticator app. */
export type CodeSource = 'sms' | 'email' | 'app'

/** Challenges whose answer is one code. */
export const CODE_CHALLENGES = new Map<string, CodeSource>([
  ['SMS_MFA', 'sms'],
  ['SMS_OTP', 'sms'],
  ['EMAIL_OTP', 'email'],
  ['SOFTWARE_TOKEN_MFA', 'app'],
])

/** Ways to sign in that a terminal can go; PASSWORD, which sends it, is not one. */
const FIRST_FACTORS = ['PASSWORD_SRP', 'EMAIL_OTP', 'SMS_OTP']

/** What may be chosen; empty where there is nothing that a terminal can answer. */
export function optionsOf(challenge: Challenge): string[] {
  if (challenge.name === 'SELECT_CHALLENGE')
    return FIRST_FACTORS.filter((name) => challenge.available.includes(name))
  const listed = listIn(challenge.parameters, 'MFAS_CAN_CHOOSE')
  return listed.filter((name) => CODE_CHALLENGES.has(name))
}

/** Whether an authenticator app may be set up. */
export function canSetUpApp({ parameters }: Challenge): boolean {
  return listIn(parameters, 'MFAS_CAN_SETUP').includes('SOFTWARE_TOKEN_MFA')
}

/** Attributes that must be given with a new password, without their prefix. */
export function requiredAttributes({ parameters }: Challenge): string[] {
  return listIn(parameters, 'requiredAttributes').map((name) => name.replace(/^userAttributes\./, ''))
}

/** The parameters of a custom challenge that are for a person: the triggers' own, not the pool's. */
export function customParameters({ parameters }: Challenge): Record<string, string> {
  const own = ['USERNAME', 'USER_ID_FOR_SRP']
  return Object.fromEntries(Object.entries(parameters).filter(([name]) => !own.includes(name)))
}

/** What authenticator apps take (as a link, or as a QR code made of it): the Key URI format of Google Authenticator. */
export function otpauthUrl(secret: string, who: { issuer: string; username: string }): string {
  const label = `${encodeURIComponent(who.issuer)}:${encodeURIComponent(who.username)}`
  return `otpauth://totp/${label}?secret=${encodeURIComponent(secret)}&issuer=${encodeURIComponent(who.issuer)}`
}

function listIn(parameters: Record<string, string>, name: string): string[] {
  const { list } = parseJsonObject(`{"list":${parameters[name] ?? '[]'}}`) ?? {}
  return Array.isArray(list) ? list.filter((item) => typeof item === 'string') : []
}
