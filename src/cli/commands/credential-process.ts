import { obtainCredentials } from '../../broker/credentials.ts'
import { processJson } from '../../outlets/process-json.ts'
import type { CommandContext } from '../context.ts'

// AWS SDK for Go gives a credential process 60 s.
const DEADLINE_SECONDS = 50

/** Answers an AWS SDK: one JSON object on stdout, nothing on stderr, no question to anybody. */
export async function credentialProcess(context: CommandContext): Promise<number> {
  const profile = await context.readProfile()
  const broker = await context.openBroker({
    profile,
    seconds: DEADLINE_SECONDS,
    create: profile.signIn === undefined,
  })
  const { credentials } = await obtainCredentials(broker)
  context.terminal.answer(processJson(credentials))
  return 0
}
