/** The command tree: every command with its group, its options and the file that does it, in the order of the help. */
import { InvalidArgumentError, Option } from 'commander'
import type { Command } from 'commander'
import type { Ending } from '../outlets/exec.ts'
import type { Shell } from '../outlets/shell.ts'
import type { CommandContext } from './context.ts'

/** What a command does: gives its exit code, or the signal that is to end the process. `words` are its arguments. */
export type RunCommand<O> = (context: CommandContext, options: O, ...words: string[]) => Promise<Ending>

/** Makes a command with the options that every command takes; `parent` undefined: of the program itself. */
export type MakeCommand = <O>(
  name: string,
  group: string,
  description: string,
  load: () => Promise<RunCommand<O>>,
  parent?: Command,
) => Command

/** The group of commands that are for poolkey itself. */
export const HIDDEN = 'hidden'

/** Every command, in the order of the help. */
const COMMANDS: Record<string, (command: MakeCommand) => void> = {
  login(command) {
    command(
      'login',
      'Sign in:',
      'sign in, then prove it by an exchange',
      async () => (await import('./commands/login.ts')).login,
    )
      .option('--force', 'sign in anew even if the session still works')
      .option('--no-browser', 'open no browser: print the URL and wait')
      .option('--browser <command>', 'command that opens the URL')
      .option('--identity-provider <name>', 'skip the chooser: Google, a SAML name, ...')
      .option('--idp-identifier <id>', 'skip the chooser by an identifier')
      .option('--login-hint <hint>', 'fill in the user name')
      .option('--lang <code>', 'language of the sign-in page')
      .option('--prompt <prompt>', 'login, select_account, consent or none')
      .addOption(storeOption())
      .option('--timeout <seconds>', 'how long to wait for the browser', wholeSeconds, 300)
      .option('--yes', "replace another person's session without asking")
  },
  logout(command) {
    command(
      'logout',
      'Sign in:',
      'revoke and wipe the session and its credentials',
      async () => (await import('./commands/logout.ts')).logout,
    )
      .option('--all', 'every session, client secret, guest identity and the sealing key')
      .option('--keep-client-secrets', 'with --all: keep client secrets, and the key')
      .option('--forget-guest', "drop this guest profile's identity")
  },
  status(command) {
    command(
      'status',
      'Sign in:',
      'who is signed in and what time is left; asks no network',
      async () => (await import('./commands/status.ts')).status,
    )
      .option('--check', 'exit 4 unless credentials can be had without a person')
      .option('--json', 'as JSON')
  },
  whoami(command) {
    command(
      'whoami',
      'Sign in:',
      'GetCallerIdentity beside who signed in',
      async () => (await import('./commands/whoami.ts')).whoami,
    )
      .option('--role <arn>', 'another role, this once')
      .option('--json', 'as JSON')
  },
  roles(command) {
    const roles = command(
      'roles',
      'Sign in:',
      'roles the token offers, the preferred one, the one in use',
      async () => (await import('./commands/roles.ts')).listRoles,
    ).option('--json', 'as JSON')
    command(
      'use <name>',
      'Set up:',
      'write one of them into the profile, by name or ARN',
      async () => (await import('./commands/roles.ts')).chooseRole,
      roles,
    )
  },
  'credential-process'(command) {
    command(
      'credential-process',
      'Use:',
      'answer an AWS SDK or tool (credential_process)',
      async () => (await import('./commands/credential-process.ts')).credentialProcess,
    )
  },
  'auto-login'(command) {
    command(
      'auto-login',
      HIDDEN,
      'sign in for all credential processes that wait',
      async () => (await import('./commands/auto-login.ts')).autoLogin,
    )
  },
  env(command) {
    command(
      'env',
      'Use:',
      'statements that put credentials into a shell',
      async () => (await import('./commands/env.ts')).env,
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
      async () => (await import('./commands/exec.ts')).exec,
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
      async () => (await import('./commands/write.ts')).write,
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
      async () => (await import('./commands/serve.ts')).serve,
    )
      .option('--port <port>', 'port on loopback (default: any free one)', portNumber)
      .option('--token-file <path>', 'leave its token in this file, not on stdout')
  },
  console(command) {
    command(
      'console [service]',
      'Use:',
      'open the AWS console: s3, ec2, ..., a console path or address (not tried with an identity pool at AWS)',
      async () => (await import('./commands/console.ts')).openConsole,
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
      async () => (await import('./commands/token.ts')).token,
    )
      .option('--access', 'the access token instead')
      .option('--header', 'as a header, as curl -H @- reads it from stdin')
      .option('--claims', 'what the ID token says, verified, as JSON; not the token')
  },
  configure(command) {
    const configure = command(
      'configure',
      'Set up:',
      "seal an app client's secret; move the sealing key",
      async () => (await import('./commands/configure.ts')).configure,
    )
      .option('--client-secret-stdin', 'read the secret of the app client from stdin and seal it')
      .addOption(storeOption())
    command(
      'store <store>',
      'Set up:',
      'move the sealing key: keychain, passphrase or file',
      async () => (await import('./commands/configure-store.ts')).configureStore,
      configure,
    )
  },
  demo(command) {
    command(
      'demo',
      'Try:',
      'the whole chain against an embedded Cognito; no AWS account needed',
      async () => (await import('./commands/demo.ts')).demo,
    )
  },
  emulate(command) {
    command(
      'emulate',
      'Try:',
      'run an embedded Cognito and STS for offline development',
      async () => (await import('./commands/emulate.ts')).emulate,
    ).option('--port <port>', 'port on loopback (default: any free one)', portNumber)
  },
}

// As `env` prints them: to load its table of them takes time.
const SHELLS: Shell[] = ['sh', 'bash', 'zsh', 'fish', 'powershell', 'cmd', 'nu', 'dotenv', 'json']

/** Adds the command that is `asked` for, or where there is none of that name, all of them: to make one costs time. */
export function addCommands(command: MakeCommand, asked: string | undefined): void {
  const names = Object.keys(COMMANDS)
  for (const name of asked !== undefined && names.includes(asked) ? [asked] : names) COMMANDS[name]?.(command)
}

function storeOption(): Option {
  const stores = ['keychain', 'passphrase', 'file']
  return new Option('--store <store>', 'where the sealing key lives, at first use').choices(stores)
}

function wholeSeconds(value: string): number {
  const seconds = Number(value)
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > 86_400)
    throw new InvalidArgumentError('a whole number of seconds from 1 to 86400 is needed.')
  return seconds
}

function consoleSeconds(value: string): number {
  const seconds = wholeSeconds(value)
  if (seconds < 900 || seconds > 43_200)
    throw new InvalidArgumentError('a whole number of seconds from 900 to 43200 is needed.')
  return seconds
}

function portNumber(value: string): number {
  const port = Number(value)
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new InvalidArgumentError('a port from 1 to 65535 is needed.')
  return port
}
