import { PoolkeyError } from '../errors/poolkey-error.ts'
import type { Profile } from '../profile/profile.ts'
import type { CommandContext } from './context.ts'
import { checkNotes } from './sign-in-check-words.ts'

// All of it together; a person waits.
const CHECK_MS = 1_900

/** Says what can be known without signing in; whatever it is, it refuses nothing. */
export async function sayCheck(context: CommandContext, profile: Profile): Promise<void> {
  const { signIn } = profile
  if (!signIn) return
  const { terminal, interrupted } = context
  const { checkSignIn } = await import('../sign-in/sign-in-check.ts')
  const http = context.openHttp(profile)
  const limit = new AbortController()
  const timer = setTimeout(() => {
    limit.abort(new PoolkeyError('deadline-exceeded', { waitedFor: 'an answer', seconds: 2 }))
  }, CHECK_MS)
  terminal.progress('Checking ...')
  try {
    const signal = AbortSignal.any([interrupted, limit.signal])
    for (const { kind, what, fix } of checkNotes(signIn, await checkSignIn({ signIn, http, signal }))) {
      if (kind === 'fine') terminal.say(`Checked: ${what}.`)
      else terminal.label('warning', what)
      if (fix !== undefined) terminal.label('fix', fix)
    }
  } finally {
    clearTimeout(timer)
    terminal.progress(undefined)
    http.close()
  }
}
