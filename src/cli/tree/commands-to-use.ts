import { Option } from 'commander'
import type { Shell } from '../../outlets/shell.ts'
import { HIDDEN } from './command-table.ts'
import type { CommandTable } from './command-table.ts'
import { consoleSeconds, portOption, wholeSeconds } from './option-values.ts'

// As `env` prints them: to load its table of them takes time.
const SHELLS: Shell[] = ['sh', 'bash', 'zsh', 'fish', 'powershell', 'cmd', 'nu', 'dotenv', 'json']

/** Commands that hand out credentials. */
export const USE: CommandTable = {
  'credential-process'(command) {
    command({
      name: 'credential-process',
      group: 'Use:',
      description: 'answer an AWS SDK or tool (credential_process)',
      load: async () => (await import('../commands/credential-process.ts')).credentialProcess,
    })
  },
  'auto-login'(command) {
    command({
      name: 'auto-login',
      group: HIDDEN,
      description: 'sign in for all credential processes that wait',
      load: async () => (await import('../commands/auto-login.ts')).autoLogin,
    })
  },
  env(command) {
    command({
      name: 'env',
      group: 'Use:',
      description: 'statements that put credentials into a shell',
      load: async () => (await import('../commands/env.ts')).env,
    })
      .addOption(
        new Option('--shell <shell>', 'whose syntax (default: that of the shell that asks)').choices(SHELLS),
      )
      .option('--unset', 'take them back')
      .option('--role <arn>', 'another role, this once')
      .option('--min-life <seconds>', 'at least so much life (default: half)', wholeSeconds)
  },
  exec(command) {
    command({
      name: 'exec [words...]',
      group: 'Use:',
      description: 'run a command, or a shell, with credentials in its environment',
      load: async () => (await import('../commands/exec.ts')).exec,
    })
      .usage('[options] [-- CMD...]')
      // A command without -- before it keeps its own options.
      .passThroughOptions()
      .option('--role <arn>', 'another role, this once')
      .option('--min-life <seconds>', 'at least so much life (default: half)', wholeSeconds)
      .option('--server', 'an endpoint that refreshes them, as long as it runs')
  },
  write(command) {
    command({
      name: 'write',
      group: 'Use:',
      description: 'write credentials into the shared credentials file; they are not renewed there',
      load: async () => (await import('../commands/write.ts')).write,
    })
      .requiredOption('--to <name>', 'the section to write: a name that is not the profile itself')
      .option('--role <arn>', 'another role, this once')
      .option('--min-life <seconds>', 'at least so much life (default: half)', wholeSeconds)
  },
  serve(command) {
    command({
      name: 'serve',
      group: 'Use:',
      description: 'a container-credentials endpoint on loopback, for long-running work',
      load: async () => (await import('../commands/serve.ts')).serve,
    })
      .addOption(portOption())
      .option('--token-file <path>', 'leave its token in this file, not on stdout')
  },
  console(command) {
    command({
      name: 'console [service]',
      group: 'Use:',
      description:
        'open the AWS console: s3, ec2, ..., a console path or address (not tried with an identity pool at AWS)',
      load: async () => (await import('../commands/console.ts')).openConsole,
    })
      .option('--print', 'print the URL instead; whoever has it within 15 minutes is signed in')
      .option('--role <arn>', 'another role, this once')
      .option('--duration <seconds>', 'life of the console session, 900 to 43200', consoleSeconds)
      .option('--timeout <seconds>', 'how long to wait for the browser', wholeSeconds, 60)
  },
  token(command) {
    command({
      name: 'token',
      group: 'Use:',
      description: 'the ID token, for APIs that ask for one',
      load: async () => (await import('../commands/token.ts')).token,
    })
      .option('--access', 'the access token instead')
      .option('--header', 'as a header, as curl -H @- reads it from stdin')
      .option('--claims', 'what the ID token says, verified, as JSON; not the token')
  },
}
