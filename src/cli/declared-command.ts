/** How every command is declared: its name, its place in the help, and the options that all of them take. */
import type { Command } from 'commander'
import { HIDDEN } from './command-table.ts'

/** What is known of a command before its own options. `parent` is what it belongs to. */
export interface Declaration {
  name: string
  group: string
  description: string
  parent: Command
}

/** Puts a command into the tree. */
export function declareCommand({ name, group, description, parent }: Declaration): Command {
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
