import { storeClientSecret } from '../../broker/client-secret.ts'
import { sealSecret } from '../../errors/explanation.ts'
import { PoolkeyError } from '../../errors/poolkey-error.ts'
import { Secret } from '../../secret.ts'
import type { Store } from '../../vault/sealing-key.ts'
import type { CommandContext } from '../context.ts'

export interface ConfigureOptions {
  clientSecretStdin?: boolean
  store?: Store
}

const DEADLINE_SECONDS = 300

// Cognito's are 24 to 64 of `[\w+]` (API_UserPoolClientType); other issuers take any printable ASCII (RFC 6749, appendix A.2).
const CLIENT_SECRET = /^[\x21-\x7e]{1,1024}$/

/** Seals an app client's secret, read from stdin; no file of the configuration is edited. */
export async function configure(context: CommandContext, options: ConfigureOptions): Promise<number> {
  if (options.clientSecretStdin !== true) {
    throw new PoolkeyError('usage', {
      problem: 'this version of configure seals a client secret or moves the sealing key',
      fix: 'give --client-secret-stdin, or see: poolkey configure --help',
    })
  }
  const profile = await context.readProfile()
  const { signIn } = profile
  if (!signIn) {
    throw new PoolkeyError('usage', {
      problem: `profile ${profile.name} is a guest's: no app client takes part`,
    })
  }
  const question = `Secret of app client ${signIn.clientId}: `
  const text = await context.terminal.readSecret(question, context.interrupted)
  if (!CLIENT_SECRET.test(text)) {
    throw new PoolkeyError('usage', {
      problem:
        text === ''
          ? 'no client secret came on stdin'
          : 'what came on stdin is no client secret: it holds blanks, line breaks or other than ASCII, or is too long',
      fix: `put the secret alone into it: ${sealSecret(profile.name)} < FILE`,
    })
  }
  const broker = await context.openBroker({
    profile,
    seconds: DEADLINE_SECONDS,
    create: true,
    announceWaits: true,
    mayPrompt: true,
    ...(options.store === undefined ? {} : { store: options.store }),
  })
  storeClientSecret(broker, signIn, new Secret(text))
  context.terminal.say(`The secret of app client ${signIn.clientId} is sealed in the vault.`)
  return 0
}
