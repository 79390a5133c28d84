import type { Profile } from '../profile/profile.ts'
import type { CommandContext } from './context.ts'

// All of it together; a person waits.
const CHECK_MS = 1_900

/** Says what can be known without signing in; whatever it is, it refuses nothing. */
export async function sayCheck(context: CommandContext, profile: Profile): Promise<void> {
  const { signIn } = profile
  if (!signIn) return
  const { terminal, interrupted } = context
  const { checkSignIn } = await import('../sign-in/sign-in-check.ts')
  const { signInFindings } = await import('../insight/sign-in-findings.ts')
  const http = context.openHttp(profile)
  terminal.progress('Checking ...')
  try {
    const check = await checkSignIn({ signIn, http, limitMs: CHECK_MS, signal: interrupted })
    for (const found of signInFindings(profile, check)) {
      if ('text' in found) {
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
