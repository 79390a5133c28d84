/** The command tree: which command takes what, and how any ending becomes an exit code. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { PoolkeyError } from '../errors/poolkey-error.ts'
import type { CommandContext, GlobalOptions } from './context.ts'
import { explainTo } from './failure.ts'
import { openTerminal } from './terminal.ts'
import { wire } from './wire.ts'

type Run<O> = (context: CommandContext, options: O) => Promise<number>

/** Runs one command and ends the process with its exit code. */
export async function runProgram(proc: NodeJS.Process): Promise<void> {
  let exitCode = 0
  const program = buildProgram(proc, (code) => {
    exitCode = code
  })
  try {
    await program.parseAsync(proc.argv)
  } catch (error) {
    const { stdin, stderr, env } = proc
    exitCode =
      error instanceof CommanderError
        ? error.exitCode === 0
          ? 0
          : 2
        : explainTo(openTerminal({ stdin, stderr, env, noInput: true }), error)
  }
  // Connections kept open and locks' timers must not hold up an answer that is written.
  proc.exit(exitCode)
}

function buildProgram(proc: NodeJS.Process, onDone: (exitCode: number) => void): Command {
  const program = new Command('poolkey')
    .description(
      'Temporary AWS credentials from an Amazon Cognito sign-in, for every AWS tool on this machine.',
    )
    .version(readVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .showSuggestionAfterError()
    .showHelpAfterError('See poolkey --help')
    .exitOverride()
    .configureOutput({
      outputError: (text, write) => {
        write(`poolkey: ${text.replace(/^error: /, 'error: ')}`)
      },
    })

  const command = <O>(name: string, group: string, description: string, load: () => Promise<Run<O>>) => {
    const made = program
      .command(name)
      .helpGroup(group)
      .description(description)
      .option('-p, --profile <name>', 'AWS profile (default: AWS_PROFILE, else "default")')
      .option('--no-input', 'never ask')
      .option('--debug', 'trace requests on stderr, without secrets')
      .exitOverride()
    made.action(async (options: O & GlobalOptions) => {
      const context = wire(proc, options)
      try {
        const run = await load()
        onDone(await run(context, options))
      } catch (error) {
        onDone(explainTo(context.terminal, error, context.profileInUse()))
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
  if (!Number.isInteger(seconds) || seconds < 1)
    throw new InvalidArgumentError('a whole number of seconds is needed.')
  return seconds
}

function portNumber(value: string): number {
  const port = Number(value)
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new InvalidArgumentError('a port from 1 to 65535 is needed.')
  return port
}

function readVersion(): string {
  const text: unknown = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'package.json'), 'utf8'))
  if (typeof text === 'object' && text !== null && 'version' in text && typeof text.version === 'string')
    return text.version
  throw new PoolkeyError('usage', { problem: 'this installation has no version' })
}
