/** The command tree as data, for what is generated from it: completions, the man page, and checks of the help. */
import { Command } from 'commander'
import type { Option } from 'commander'
import { HIDDEN } from './command-table.ts'
import type { AddEveryCommand, MakeCommand } from './command-table.ts'
import { valuesOf } from '../completion/values.ts'
import type { Values } from '../completion/values.ts'
import { addCommonOptions, declareCommand, typedNameOf } from './declared-command.ts'
import { HELP_TOPICS } from '../help/topic-names.ts'

/** An option; `placeholder` is what stands in for its value in the help, and `values` undefined, where it takes none. */
export interface OptionShape {
  short: string | undefined
  long: string
  placeholder: string | undefined
  values: Values | undefined
  /** The value may be left out. */
  isValueOptional: boolean
  description: string
}

/** A command by all of its words (`configure import`). `options` are without those that every command takes. */
export interface CommandShape {
  path: string
  group: string
  description: string
  /** What follows its words, as the help has it. */
  usage: string
  /** What its first argument can be; undefined where it takes none. */
  argument: Values | undefined
  options: OptionShape[]
}

/** The whole of it. */
export interface TreeShape {
  commonOptions: OptionShape[]
  /** In the order of the help, each before those that belong to it; without hidden ones. */
  commands: CommandShape[]
}

/** Reads the tree that is added to. */
export async function readTreeShape(addEvery: AddEveryCommand): Promise<TreeShape> {
  const program = new Command('poolkey').enablePositionalOptions()
  const groups = new Map<Command, string>()
  const make: MakeCommand = (declaration) => {
    const made = declareCommand(declaration, declaration.parent ?? program)
    groups.set(made, declaration.group)
    return made
  }
  await addEvery(make)
  const commonOptions = shapesOf(addCommonOptions(new Command()).options)
  const common = new Set(commonOptions.map(({ long }) => long))
  const shown = [...groups].filter(([, group]) => group !== HIDDEN)
  const commands = shown.map(([command, group]) => ({
    path: typedNameOf(command),
    group: group.replace(/:$/, ''),
    description: command.description(),
    usage: command.usage(),
    argument: argumentOf(command),
    options: shapesOf(command.options).filter(({ long }) => !common.has(long)),
  }))
  return { commonOptions: [...commonOptions, HELP], commands }

  function argumentOf(command: Command): Values | undefined {
    const [first] = command.registeredArguments
    if (first?.name() !== 'topic')
      return first && valuesOf({ long: undefined, placeholder: first.name(), choices: first.argChoices })
    const names = shown.map(([one]) => typedNameOf(one)).filter((path) => !path.includes(' '))
    return { kind: 'words', words: [...HELP_TOPICS, ...names] }
  }
}

// commander makes it itself, of the program's `helpOption`.
const HELP: OptionShape = {
  short: '-h',
  long: '--help',
  placeholder: undefined,
  values: undefined,
  isValueOptional: false,
  description: 'print this help',
}

function shapesOf(options: readonly Option[]): OptionShape[] {
  return options.map((option) => {
    const { short, long = '', argChoices, description } = option
    const placeholder = /[<[](.+)[>\]]/.exec(option.flags)?.[1]
    const values =
      placeholder === undefined ? undefined : valuesOf({ long, placeholder, choices: argChoices })
    return { short, long, placeholder, values, isValueOptional: option.optional, description }
  })
}
