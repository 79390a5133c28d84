/** The container-credentials endpoint of a command, with credentials that are kept fresh behind it. */
import { standingCredentials } from '../../broker/standing-credentials.ts'
import { explainError } from '../../errors/catalogue.ts'
import { isOurs, isPoolkeyError, PoolkeyError } from '../../errors/poolkey-error.ts'
import { monotonicMs } from '../../monotonic.ts'
import { openEndpoint } from '../../outlets/endpoint-server.ts'
import { startSupply } from '../../outlets/endpoint-supply.ts'
import { createToken } from '../../outlets/endpoint-token.ts'
import { openAside } from '../../outlets/write-aside.ts'
import type { Profile } from '../../profile/profile.ts'
import type { Secret } from '../../secret.ts'
import type { Needs } from '../context.ts'
import { clockTime } from '../texts/words.ts'

/** A running endpoint: where it is, and what opens it. */
export interface CommandEndpoint {
  uri: string
  token: Secret
  /** Frees the port and renews nothing any more. A refresh that was sent is finished and stored first. */
  close: () => Promise<void>
}

const DEADLINE_SECONDS = 50
// botocore asks a container's endpoint after the profile, the JS SDK last of all.
const DEFAULT_OUTRANKS =
  'the profile "default" of your AWS files has credentials of its own: AWS tools prefer those to the endpoint'

/** What an endpoint is opened with. */
export type EndpointContext = Needs<'terminal' | 'openBroker' | 'configFile'>

/**
 * Opens it as soon as there are credentials to give. A person may be asked for the vault's passphrase now, and never again.
 * Throws as `obtainCredentials`, and `port-taken`.
 */
export async function openCommandEndpoint(
  context: EndpointContext,
  options: { profile: Profile; port: number },
): Promise<CommandEndpoint> {
  const { profile, port } = options
  const { terminal } = context
  const token = createToken()
  const closed = new AbortController()
  let isFirst = true
  const openBroker = () => {
    const mayPrompt = isFirst
    isFirst = false
    return context.openBroker({
      profile,
      seconds: DEADLINE_SECONDS,
      create: profile.signIn === undefined,
      mayPrompt,
      // The first time, somebody waits for it, and may give up.
      announceWaits: mayPrompt,
      ...(mayPrompt ? {} : { endsWith: closed.signal }),
    })
  }
  const tellFailure = (error: unknown, until: Date | undefined) => {
    if (isPoolkeyError(error, 'interrupted')) return
    const { what, fix } = isOurs(error)
      ? explainError(error, profile)
      : { what: 'a bug in poolkey', fix: undefined }
    const left = until ? `those at hand live until ${clockTime(until)}` : 'none are at hand'
    terminal.label('warning', `the credentials could not be renewed: ${what}; ${left}`)
    if (fix !== undefined) terminal.label('fix', fix)
  }
  if (await context.configFile.hasDefaultCredentials()) terminal.label('warning', DEFAULT_OUTRANKS)
  const standing = standingCredentials({ openBroker, monotonicMs })
  const supply = await startSupply({ standing, monotonicMs, onFailure: tellFailure })
  const waitAgain = terminal.neverWait(openAside())
  try {
    const endpoint = await openEndpoint({
      port,
      token,
      profile,
      getCredentials: supply.get,
      onBug: (error) => {
        tellFailure(error, undefined)
      },
    })
    const close = async () => {
      const finished = stop()
      await endpoint.close()
      await finished
      waitAgain()
    }
    return { uri: endpoint.uri, token, close }
  } catch (error) {
    await stop()
    waitAgain()
    throw error
  }

  /** Ends what a renewal waits for; what it has sent ends by itself, within a request's limit. */
  function stop(): Promise<void> {
    const finished = supply.stop()
    closed.abort(new PoolkeyError('interrupted', { signal: 'SIGTERM' }))
    return finished
  }
}
