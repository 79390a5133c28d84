import type { Broker } from '../broker/broker.ts'
import { clientSecretOf } from '../broker/client-secret.ts'
import { givenClientSecret } from '../broker/given-secret.ts'
import { userPoolClientFor } from '../broker/user-pool.ts'
import { isPoolkeyError } from '../errors/poolkey-error.ts'
import { pause } from '../pause.ts'
import type { Profile } from '../profile/profile.ts'
import { createAttempt } from '../sign-in/authorization.ts'
import { openCallbackListener } from '../sign-in/callback-listener.ts'
import { checkSignIn } from '../sign-in/sign-in-check.ts'
import { troubleOrThrow } from './exchange-check.ts'
import { fine, isTrouble } from './finding.ts'
import type { Finding } from './finding.ts'
import type { Patient } from './patient.ts'
import { signInFindings } from './sign-in-findings.ts'

// For all that can be asked of a sign-in's servers.
const SIGN_IN_LIMIT_MS = 10_000

/** What can be tested of a sign-in with nobody there: its servers, its app client, and a port for the browser to come back to. */
export async function testSignIn(
  { profile, around, http, signal }: Pick<Patient, 'profile' | 'around' | 'http' | 'signal'>,
  broker: Broker | undefined,
): Promise<Finding[]> {
  const { signIn } = profile
  if (!signIn) return []
  let findings: Finding[]
  try {
    // A promise, as the secret may be damaged. Nobody signed in yet, nothing sealed.
    const client = async () =>
      userPoolClientFor(
        { profile, http },
        signIn,
        broker ? clientSecretOf(broker) : givenClientSecret(around.env),
      )
    const check = await checkSignIn({ signIn, http, client, limitMs: SIGN_IN_LIMIT_MS, signal })
    findings = signInFindings(profile, check)
  } catch (error) {
    // Without a way out nothing was asked.
    findings = [troubleOrThrow(error, profile)]
  }
  return signIn.method === 'browser' ? [...findings, await portFinding(profile, signal)] : findings
}

// Another doctor is done with a port at once, where a sign-in is not.
const PORT_TRIES = 8
const PORT_PAUSE_MS = 150

/** Whether a sign-in could listen for its callback. */
async function portFinding(profile: Profile, signal: AbortSignal, tries = PORT_TRIES): Promise<Finding> {
  const redirectUris = profile.signIn?.redirectUris ?? []
  try {
    const listener = await openCallbackListener({
      ...{ redirectUris, issuers: [], attempt: createAttempt() },
      onNotice: () => undefined,
    })
    await listener.close()
    return fine(`a port to come back to is free: ${listener.redirectUri}`)
  } catch (error) {
    if (tries > 1 && isPoolkeyError(error, 'redirect-ports-taken')) {
      await pause(PORT_PAUSE_MS * (0.5 + Math.random()), signal)
      return portFinding(profile, signal, tries - 1)
    }
    return troubleOrThrow(error, profile)
  }
}

/** Whoever is signed in needs no port until the next time. */
export function portMayWait(finding: Finding): Finding {
  return isTrouble(finding) && finding.code === 'redirect-ports-taken'
    ? { ...finding, state: 'warning' }
    : finding
}
