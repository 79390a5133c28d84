import { Option } from 'commander'
import type { Shell } from '../../outlets/shell.ts'
import { HIDDEN } from '../command-table.ts'
import type { CommandTable } from '../command-table.ts'
import { consoleSeconds, portNumber, wholeSeconds } from '../option-values.ts'

// As `env` prints them: to load its table of them takes time.
const SHELLS: Shell[] = ['sh', 'bash', 'zsh', 'fish', 'powershell', 'cmd', 'nu', 'dotenv', 'json']

/** Commands that hand out credentials. */
export const USE: CommandTable = {
  'credential-process'(command) {
    command(
      'credential-process',
      'Use:',
      'answer an AWS SDK or tool (credential_process)',
      async () => (await import('../commands/credential-process.ts')).credentialProcess,
    )
  },
  'auto-login'(command) {
    command(
      'auto-login',
      HIDDEN,
      'sign in for all credential processes that wait',
      async () => (await import('../commands/auto-login.ts')).autoLogin,
    )
  },
  env(command) {
    command(
      'env',
      'Use:',
      'statements that put credentials into a shell',
      async () => (await import('../commands/env.ts')).env,
    )
      .addOption(
        new Option('--shell <shell>', 'whose syntax (default: that of the shell that asks)').choices(SHELLS),
      )
      .option('--unset', 'take them back')
      .option('--role <arn>', 'another role, this once')
      .option('--min-life <seconds>', 'at least so much life (default: half)', wholeSeconds)
  },
  exec(command) {
    command(
      'exec [words...]',
      'Use:',
      'run a command, or a shell, with credentials in its environment',
      async () => (await import('../commands/exec.ts')).exec,
    )
      .usage('[options] [-- CMD...]')
      // A command without -- before it keeps its own options.
      .passThroughOptions()
      .option('--role <arn>', 'another role, this once')
      .option('--min-life <seconds>', 'at least so much life (default: half)', wholeSeconds)
      .option('--server', 'an endpoint that refreshes them, as long as it runs')
  },
  write(command) {
    command(
      'write',
      'Use:',
      'write credentials into the shared credentials file; they are not renewed there',
      async () => (await import('../commands/write.ts')).write,
    )
      .requiredOption('--to <name>', 'the section to write: a name that is not the profile itself')
      .option('--role <arn>', 'another role, this once')
      .option('--min-life <seconds>', 'at least so much life (default: half)', wholeSeconds)
  },
  serve(command) {
    command(
      'serve',
      'Use:',
      'a container-credentials endpoint on loopback, for long-running work',
      async () => (await import('../commands/serve.ts')).serve,
    )
      .option('--port <port>', 'port on loopback (default: any free one)', portNumber)
      .option('--token-file <path>', 'leave its token in this file, not on stdout')
  },
  console(command) {
    command(
      'console [service]',
      'Use:',
      'open the AWS console: s3, ec2, ..., a console path or address (not tried with an identity pool at AWS)',
      async () => (await import('../commands/console.ts')).openConsole,
    )
      .option('--print', 'print the URL instead; whoever has it within 15 minutes is signed in')
      .option('--role <arn>', 'another role, this once')
      .option('--duration <seconds>', 'life of the console session, 900 to 43200', consoleSeconds)
      .option('--timeout <seconds>', 'how long to wait for the browser', wholeSeconds, 60)
  },
  token(command) {
    command(
      'token',
      'Use:',
      'the ID token, for APIs that ask for one',
      async () => (await import('../commands/token.ts')).token,
    )
      .option('--access', 'the access token instead')
      .option('--header', 'as a header, as curl -H @- reads it from stdin')
      .option('--claims', 'what the ID token says, verified, as JSON; not the token')
  },
}
