import { obtainCredentials } from '../../broker/credentials.ts'
import { credentialsEntryName } from '../../broker/entry-names.ts'
import { keepPointer } from '../../broker/warm-pointer.ts'
import { isPoolkeyError } from '../../errors/poolkey-error.ts'
import { processJson } from '../../outlets/process-json.ts'
import type { GlobalOptions, Needs } from '../context.ts'
import type { BrowserContext } from '../sign-in/browser-surroundings.ts'
import { readCredentialsProfile } from '../credentials/credentials-profile.ts'

// AWS SDK for Go gives a credential process 60 s.
const DEADLINE_SECONDS = 50
// With a person to wait for.
const AUTO_LOGIN_DEADLINE_SECONDS = 55

/** Answers an AWS SDK: one JSON object on stdout, nothing on stderr, no question to anybody. */
export async function credentialProcess(
  context: BrowserContext & Needs<'terminal' | 'profiles' | 'openBroker' | 'selfCommand'>,
  options: GlobalOptions,
): Promise<number> {
  const profile = await readCredentialsProfile(context, undefined, { neverAsks: true })
  const autoLogin =
    profile.signIn?.autoLogin === true ? await import('../sign-in/auto-login-wait.ts') : undefined
  const canOpen = autoLogin?.canAutoLogin(context, profile) === true
  const broker = await context.openBroker({
    profile,
    seconds: canOpen ? AUTO_LOGIN_DEADLINE_SECONDS : DEADLINE_SECONDS,
    create: profile.signIn === undefined || canOpen,
  })
  const { credentials } = await obtainCredentials(broker).catch(async (error: unknown) => {
    if (!canOpen || !isPoolkeyError(error, 'sign-in-required')) throw error
    await autoLogin.waitForAutoLogin(context, broker, error)
    return obtainCredentials(broker)
  })
  context.terminal.answer(processJson(credentials))
  const asked = { profileFlag: options.profile, env: context.env }
  const pointer = { entry: credentialsEntryName(profile), accountId: profile.accountId }
  keepPointer(broker, asked, pointer, context.profiles.filesRead)
  return 0
}
