/** From the arguments to a command, and from any ending to an exit code. */
import { Command, CommanderError } from 'commander'
import { version } from '../../package.json'
import { isPoolkeyError } from '../errors/poolkey-error.ts'
import type { Ending } from '../outlets/exec.ts'
import { asksForHelp, readCommandLine, singleDashed } from './command-line/command-line.ts'
import type { CommandLine } from './command-line/command-line.ts'
import type { Declaration, MakeCommand } from './tree/command-table.ts'
import { addCommands } from './tree/command-tree.ts'
import type { GlobalOptions, OwnPrograms } from './context.ts'
import { declareCommand, typedNameOf } from './tree/declared-command.ts'
import { explainFor, withHelpOf } from './texts/failure.ts'
import type { Explain } from './texts/failure.ts'
import { showPage } from './help/shown-page.ts'
import { leaveStderrBlocking } from './terminal/stderr-stream.ts'
import { openTerminal, terminalsOf } from './terminal/terminal.ts'
import type { Terminal } from './terminal/terminal.ts'
import { wire } from './wire.ts'

const HANGUP = 129
const INTERRUPTED = 130

/** Runs one command and ends the process with its exit code; `programs` start the rest of this installation. */
export async function runProgram(proc: NodeJS.Process, programs: OwnPrograms): Promise<void> {
  const line = readCommandLine(proc.argv.slice(2))
  const { words } = line
  let isHungUp = false
  const tell = explainFor(words)
  const explain: Explain = (at, error, situation) => {
    // A terminal that is gone may be noticed before its signal comes.
    if (isPoolkeyError(error, 'interrupted') && error.facts.signal === 'SIGHUP') isHungUp = true
    return tell(at, error, situation)
  }
  const isTerminal = terminalsOf(proc)
  leaveStderrBlocking(proc, isTerminal)
  const terminal = () => openTerminal({ streams: proc, isTerminal, env: proc.env, noInput: true })
  // What no command caught is told like any bug: in one line, without the objects that hang on it.
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    proc.on(event, (error: unknown) => {
      end(explain(terminal(), error))
    })
  }
  proc.on('SIGHUP', () => {
    isHungUp = true
  })
  let ending: Ending = 0
  const program = await buildProgram(proc, programs, {
    terminal,
    explain,
    line,
    onDone: (how) => {
      ending = how
    },
  })
  try {
    await program.parseAsync(untilUnknownName(program, words), { from: 'user' })
  } catch (error) {
    ending = error instanceof CommanderError ? await endOf(error) : explain(terminal(), error)
  }
  end(ending)

  function end(how: Ending): void {
    // Hung up: Node would try to restore a terminal that is gone, and abort. The signal ends it as if nobody had caught it.
    const signal = how === HANGUP && isHungUp ? 'SIGHUP' : how
    if (typeof signal !== 'number') {
      proc.removeAllListeners(signal)
      proc.kill(proc.pid, signal)
    }
    // Connections kept open and locks' timers must not hold up an answer that is written.
    proc.exit(typeof how === 'number' ? how : INTERRUPTED)
  }

  async function endOf(error: CommanderError): Promise<number> {
    if (error.exitCode === 0) return 0
    // The help is the message.
    if (error.code === 'commander.help') return 2
    const { usageError } = await import('./command-line/usage-advice.ts')
    const { named, name } = innermost(program)
    const surplus = named.args.slice(named.registeredArguments.length)
    const profiles =
      surplus.length === 0 ? [] : (await import('./command-line/profile-names.ts')).readProfileNames(proc)
    const subcommands = named.commands.map((one) => one.name())
    const command =
      named === program ? undefined : { name, longOptions: longOptionsOf(named), subcommands, surplus }
    const failure = usageError(error, { words, command, profiles })
    return explain(terminal(), named === program ? failure : withHelpOf(name, failure))
  }
}

/** Without what follows a name that no command has: `--help` there would be answered with the help of another. */
function untilUnknownName(program: Command, words: string[]): string[] {
  let named = program
  for (const [at, word] of words.entries()) {
    const next = named.commands.find((one) => one.name() === word)
    if (!next) return !word.startsWith('-') && hasOnlyCommands(named) ? words.slice(0, at + 1) : words
    named = next
  }
  return words
}

function hasOnlyCommands({ commands, registeredArguments }: Command): boolean {
  return commands.length > 0 && registeredArguments.length === 0
}

/** The command that was asked for, and its words: of `roles use`, the second. */
function innermost(program: Command): { named: Command; name: string } {
  let named = program
  const names: string[] = []
  for (let next = findNamed(named); next; next = findNamed(named)) {
    named = next
    names.push(next.name())
  }
  return { named, name: names.join(' ') }
}

function findNamed({ commands, args }: Command): Command | undefined {
  return commands.find((one) => one.name() === args[0])
}

/** Gives a command the options that were typed between it and the command that it belongs to. */
function inheritTyped(command: Command): void {
  for (let above = command.parent; above; above = above.parent) {
    for (const key of Object.keys(above.opts())) {
      const isTyped = above.getOptionValueSource(key) === 'cli'
      if (isTyped && command.getOptionValueSource(key) !== 'cli')
        command.setOptionValueWithSource(key, above.getOptionValue(key), 'cli')
    }
  }
}

function longOptionsOf(command: Command): string[] {
  return command.options.flatMap(({ long }) => (typeof long === 'string' ? [long] : []))
}

/** Columns of stdout; Node makes the stream only where it is a terminal. */
function widthOf(proc: NodeJS.Process): number {
  return terminalsOf(proc)(1) ? proc.stdout.columns : 80
}

async function buildProgram(
  proc: NodeJS.Process,
  programs: OwnPrograms,
  run: {
    terminal: () => Terminal
    explain: Explain
    line: CommandLine
    onDone: (ending: Ending) => void
  },
): Promise<Command> {
  const { terminal, explain, line, onDone } = run
  const program = new Command('poolkey')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    // For the command that lets the words after its first one be.
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      getOutHelpWidth: () => widthOf(proc),
      getOutHasColors: () => false,
      writeOut: (text) => {
        showPage(terminal(), text)
      },
      writeErr: (text) => {
        for (const one of text.replace(/\n$/, '').split('\n')) terminal().say(one)
      },
      // Said when the parsing has ended, in the form of every error.
      outputError: () => undefined,
    })

  const command: MakeCommand = <O>({ load, parent = program, ...declared }: Declaration<O>) => {
    const made = declareCommand(declared, parent).exitOverride()
    made.action(async (...given: unknown[]) => {
      const { handedOn } = line
      inheritTyped(made)
      const options = { ...made.opts<O & GlobalOptions>(), handedOn, typed: line.words.slice(1) }
      const words = given.flat().filter((word) => typeof word === 'string')
      const context = wire(proc, programs, options)
      try {
        const dashed = singleDashed(line.words, longOptionsOf(made))
        // commander has read it as `-p` and a name.
        if (dashed !== undefined && dashed === `-p${options.profile ?? ''}`)
          throw (await import('./command-line/usage-advice.ts')).singleDashError(dashed)
        const runCommand = await load()
        onDone(await runCommand(context, options, ...words))
      } catch (error) {
        onDone(explain(context.terminal, withHelpOf(typedNameOf(made), error), context.situation()))
      }
    })
    return made
  }

  await addCommands(command, line.words[0])
  if (asksForHelp(line.words)) (await import('./help/help-text.ts')).addHelpTexts(program)
  return program
}
