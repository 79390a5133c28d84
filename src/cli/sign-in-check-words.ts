/** What a check of the sign-in found, in words. Pure. */
import type { SignInSettings } from '../profile/profile.ts'
import type { Verdict } from '../sign-in/authorize-answer.ts'
import type { SignInCheck } from '../sign-in/sign-in-check.ts'

/** A finding; `fix` is there for what can be mended here and now. */
export interface CheckNote {
  kind: 'fine' | 'warning'
  what: string
  fix?: string
}

/** The notes, in the order of the sign-in. */
export function checkNotes(signIn: SignInSettings, check: SignInCheck): CheckNote[] {
  return [...issuerNotes(signIn, check), ...check.callbacks.map((one) => callbackNote(signIn, one))]
}

function issuerNotes(signIn: SignInSettings, { discovery, keys }: SignInCheck): CheckNote[] {
  const documents: [string, Verdict][] = [
    ['configuration', discovery],
    ['signing keys', keys],
  ]
  const bad = documents.filter(([, { kind }]) => kind !== 'accepted')
  if (bad.length === 0) return [{ kind: 'fine', what: `the issuer ${signIn.issuer} is there, with its keys` }]
  return bad.map(([name, verdict]) => ({
    kind: 'warning',
    what:
      verdict.kind === 'refused'
        ? `${signIn.issuer} does not give its ${name}: ${verdict.reason}`
        : `could not tell of the issuer's ${name}: ${verdict.kind === 'unknown' ? verdict.detail : ''}`,
    ...(verdict.kind === 'refused'
      ? { fix: 'check cognito_user_pool_id, and cognito_issuer if it is set' }
      : {}),
  }))
}

function callbackNote(
  signIn: SignInSettings,
  { redirectUri, verdict }: SignInCheck['callbacks'][number],
): CheckNote {
  const host = signIn.domain?.host ?? ''
  const client = `app client ${signIn.clientId}`
  switch (verdict.kind) {
    case 'accepted':
      return { kind: 'fine', what: `${host} takes ${client} with ${redirectUri}` }
    case 'unknown':
      return {
        kind: 'warning',
        what: `could not tell whether ${client} takes ${redirectUri}: ${verdict.detail}`,
      }
    case 'refused':
      return {
        kind: 'warning',
        what: `${host} refuses ${client} with ${redirectUri}: ${verdict.reason}`,
        fix: fixOf(signIn, redirectUri, verdict.reason),
      }
  }
}

function fixOf(
  { userPoolId, clientId, domain }: SignInSettings,
  redirectUri: string,
  reason: string,
): string {
  const pages = `Cognito console, user pool ${userPoolId}, app client ${clientId}, login pages`
  if (/redirect_mismatch/.test(reason))
    return `register ${redirectUri} letter by letter as a callback URL: ${pages}`
  if (/unauthorized_client/.test(reason)) return `allow the authorization code grant: ${pages}`
  if (/invalid_scope/.test(reason)) return `allow the scopes of cognito_scopes: ${pages}`
  return `check that app client ${clientId} and domain ${domain?.host ?? ''} are those of user pool ${userPoolId}`
}
