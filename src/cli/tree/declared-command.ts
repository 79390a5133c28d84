/** How every command is declared: its name, its place in the help, and the options that all of them take. */
import type { Command } from 'commander'
import { HIDDEN } from './command-table.ts'
import type { Declaration } from './command-table.ts'

/** Puts a command into the tree, below what it belongs to. */
export function declareCommand(
  { name, group, description }: Omit<Declaration<object>, 'load' | 'parent'>,
  parent: Command,
): Command {
  return addCommonOptions(parent.command(name, { hidden: group === HIDDEN }))
    .helpGroup(group)
    .description(description)
}

/** A command's name as it is typed: `roles use`. */
export function typedNameOf(command: Command): string {
  const above = command.parent?.parent ? `${command.parent.name()} ` : ''
  return `${above}${command.name()}`
}

/** The options that every command takes, also in front of it. */
export function addCommonOptions(command: Command): Command {
  return command
    .option('-p, --profile <name>', 'AWS profile (default: AWS_PROFILE, else "default")')
    .option('--no-input', 'never ask')
    .option('--debug', 'trace requests on stderr, without secrets')
}
