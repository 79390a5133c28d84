/** The command tree: which command takes what, and how any ending becomes an exit code. */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { version } from '../../package.json'
import { PoolkeyError } from '../errors/poolkey-error.ts'
import type { CommandContext, GlobalOptions } from './context.ts'
import { explainAsJson, explainTo } from './failure.ts'
import type { Explain } from './failure.ts'
import { openTerminal } from './terminal.ts'
import type { Terminal } from './terminal.ts'
import { wire } from './wire.ts'

/** `words` are the command's arguments. */
type Run<O> = (context: CommandContext, options: O, ...words: string[]) => Promise<number>

const INTRODUCTION = `Temporary AWS credentials from an Amazon Cognito sign-in, for every AWS tool on this machine.

Examples:
  poolkey login --profile dev             sign in with the browser
  eval "$(poolkey env --profile dev)"     credentials for this shell
  poolkey demo                            the whole chain at work; no AWS account needed

  In ~/.aws/config, so that every AWS tool asks poolkey for its credentials:
  [profile dev]
  credential_process = /usr/local/bin/poolkey credential-process --profile dev
`

const EXIT_CODES = `
Exit codes:
  0 done                    3 configuration       6 network, timeout
  1 a bug, output closed    4 sign-in required    7 store of the secrets
  2 wrong usage             5 refused             130, 143 interrupted, terminated
`

/** Runs one command and ends the process with its exit code. */
export async function runProgram(proc: NodeJS.Process): Promise<void> {
  const { argv } = proc
  const explain = argv.includes('--json') ? explainAsJson : explainTo
  const terminal = () =>
    openTerminal({ stdin: proc.stdin, stderr: proc.stderr, env: proc.env, noInput: true })
  let exitCode = 0
  const program = buildProgram(proc, {
    terminal,
    explain,
    onDone: (code) => {
      exitCode = code
    },
  })
  try {
    await program.parseAsync(argv)
  } catch (error) {
    exitCode = error instanceof CommanderError ? endOf(error) : explain(terminal(), error)
  }
  // Connections kept open and locks' timers must not hold up an answer that is written.
  proc.exit(exitCode)

  function endOf(error: CommanderError): number {
    if (error.exitCode === 0) return 0
    // The help is the message.
    if (error.code === 'commander.help') return 2
    const named = program.commands.find((one) => one.name() === argv[2])
    return explain(terminal(), usageError(error, named?.name()))
  }
}

/** commander's complaint in poolkey's form. */
function usageError(error: CommanderError, command: string | undefined): PoolkeyError {
  const [, problem = '', suggestion] = /^(?:error: )?([^]*?)(?:\n\((.+)\))?$/.exec(error.message) ?? []
  const help = `${command === undefined ? 'poolkey' : `poolkey ${command}`} --help`
  const fix = suggestion === undefined ? `see: ${help}` : `${suggestion} Otherwise see: ${help}`
  return new PoolkeyError('usage', { problem, fix })
}

function buildProgram(
  proc: NodeJS.Process,
  ending: { terminal: () => Terminal; explain: Explain; onDone: (exitCode: number) => void },
): Command {
  const { terminal, explain, onDone } = ending
  const program = new Command('poolkey')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .addHelpText('before', INTRODUCTION)
    .addHelpText('after', EXIT_CODES)
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => {
        terminal().answer(text)
      },
      writeErr: (text) => {
        for (const line of text.replace(/\n$/, '').split('\n')) terminal().say(line)
      },
      // Said when the parsing has ended, in the form of every error.
      outputError: () => undefined,
    })

  const command = <O>(
    name: string,
    group: string,
    description: string,
    load: () => Promise<Run<O>>,
    parent = program,
  ) => {
    const made = parent
      .command(name)
      .helpGroup(group)
      .description(description)
      .option('-p, --profile <name>', 'AWS profile (default: AWS_PROFILE, else "default")')
      .option('--no-input', 'never ask')
      .option('--debug', 'trace requests on stderr, without secrets')
      .exitOverride()
    made.action(async (...given: unknown[]) => {
      const options = made.optsWithGlobals<O & GlobalOptions>()
      const words = given.filter((word) => typeof word === 'string')
      const context = wire(proc, options)
      try {
        const run = await load()
        onDone(await run(context, options, ...words))
      } catch (error) {
        onDone(explain(context.terminal, error, context.profileInUse()))
      }
    })
    return made
  }

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
    .addOption(
      new Option('--store <store>', 'where the sealing key lives, at first use').choices([
        'keychain',
        'passphrase',
        'file',
      ]),
    )
    .option('--timeout <seconds>', 'how long to wait for the browser', wholeSeconds, 300)
    .option('--yes', "replace another person's session without asking")
  command(
    'logout',
    'Sign in:',
    'revoke and wipe the session and its credentials',
    async () => (await import('./commands/logout.ts')).logout,
  ).option('--all', 'every session and the sealing key')
  command(
    'status',
    'Sign in:',
    'who is signed in and what time is left; asks no network',
    async () => (await import('./commands/status.ts')).status,
  )
    .option('--check', 'exit 4 unless credentials can be had without a person')
    .option('--json', 'as JSON')
  command(
    'whoami',
    'Sign in:',
    'GetCallerIdentity beside who signed in',
    async () => (await import('./commands/whoami.ts')).whoami,
  )
    .option('--role <arn>', 'another role, this once')
    .option('--json', 'as JSON')
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
  command(
    'credential-process',
    'Use:',
    'answer an AWS SDK or tool (credential_process)',
    async () => (await import('./commands/credential-process.ts')).credentialProcess,
  )
  command(
    'env',
    'Use:',
    'statements that put credentials into a shell: eval "$(poolkey env)"',
    async () => (await import('./commands/env.ts')).env,
  )
    .addOption(new Option('--shell <shell>', 'whose syntax').choices(['sh', 'bash', 'zsh']).default('sh'))
    .option('--unset', 'take them back')
    .option('--role <arn>', 'another role, this once')
    .option('--min-life <seconds>', 'at least so much life (default: half)', wholeSeconds)
  command(
    'demo',
    'Try:',
    'the whole chain against an embedded Cognito; no AWS account needed',
    async () => (await import('./commands/demo.ts')).demo,
  )
  command(
    'emulate',
    'Try:',
    'run an embedded Cognito and STS for offline development',
    async () => (await import('./commands/emulate.ts')).emulate,
  ).option('--port <port>', 'port on loopback (default: any free one)', portNumber)

  return program
}

function wholeSeconds(value: string): number {
  const seconds = Number(value)
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > 86_400)
    throw new InvalidArgumentError('a whole number of seconds from 1 to 86400 is needed.')
  return seconds
}

function portNumber(value: string): number {
  const port = Number(value)
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new InvalidArgumentError('a port from 1 to 65535 is needed.')
  return port
}
