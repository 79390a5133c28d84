import { givenClientSecret } from '../../broker/given-secret.ts'
import { userPoolClientFor } from '../../broker/user-pool.ts'
import { sealSecret } from '../../errors/explanation.ts'
import { isPoolkeyError } from '../../errors/poolkey-error.ts'
import { isAboutClientSecret } from '../../errors/user-pool-causes.ts'
import type { Profile } from '../../profile/profile.ts'
import type { Secret } from '../../secret.ts'
import type { SignInCheck } from '../../sign-in/sign-in-check.ts'
import type { Needs } from '../context.ts'

// All of it together; a person waits.
const CHECK_MS = 1_900

/** Says what can be known without signing in; whatever it is, it refuses nothing. `secret` is one that is about to be sealed. */
export async function sayDraftCheck(
  context: Needs<'terminal' | 'env' | 'openHttp' | 'interrupted'>,
  profile: Profile,
  secret: Secret | undefined,
): Promise<void> {
  const { signIn } = profile
  if (!signIn) return
  const { terminal, interrupted } = context
  const { checkSignIn } = await import('../../sign-in/sign-in-check.ts')
  const { isTrouble } = await import('../../insight/finding.ts')
  const { signInFindings } = await import('../../insight/sign-in-findings.ts')
  const http = context.openHttp(profile)
  const clientSecret = secret ?? givenClientSecret(context.env)
  const client = () => userPoolClientFor({ profile, http }, signIn, clientSecret)
  terminal.progress('Checking ...')
  try {
    const check = await checkSignIn({ signIn, http, client, limitMs: CHECK_MS, signal: interrupted })
    // What may be in the vault is not taken out for this.
    const mayBeSealed = clientSecret === undefined && asksForSecret(check)
    if (mayBeSealed) {
      delete check.password
      const seal = sealSecret(profile.name)
      terminal.say(`Checked: app client ${signIn.clientId} has a secret. If it is not sealed yet: ${seal}`)
    }
    for (const found of signInFindings(profile, check)) {
      if (!isTrouble(found)) {
        terminal.say(`Checked: ${found.text}.`)
        continue
      }
      terminal.label('warning', found.cause)
      if (found.fix !== undefined) terminal.label('fix', found.fix)
    }
  } finally {
    terminal.progress(undefined)
    http.close()
  }
}

function asksForSecret({ password }: SignInCheck): boolean {
  return (
    password?.kind === 'refused' &&
    isPoolkeyError(password.error, 'service-refused') &&
    isAboutClientSecret(password.error.facts)
  )
}
