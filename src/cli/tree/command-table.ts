/** What commands are made of. */
import type { Command } from 'commander'
import type { Ending } from '../../outlets/exec.ts'
import type { CommandContext } from '../context.ts'

/** What a command does: gives its exit code, or the signal that is to end the process. `words` are its arguments. */
export type RunCommand<O> = (context: CommandContext, options: O, ...words: string[]) => Promise<Ending>

/** What is known of a command before its own options. */
export interface Declaration<O> {
  /** As commander has it, with its arguments: `use <name>`. */
  name: string
  /** Its heading in the help. */
  group: string
  description: string
  /** What it belongs to; the program itself unless said. */
  parent?: Command
  /** What does it, loaded only to be run. */
  load: () => Promise<RunCommand<O>>
}

/** Makes a command with the options that every command takes. */
export type MakeCommand = <O>(declaration: Declaration<O>) => Command

/** Adds every command with all of its options. */
export type AddEveryCommand = (command: MakeCommand) => Promise<void>

/** Why a command is added, and with which others. */
export interface Adding {
  /** It is the one that is to run, so that options which take time to make matter. */
  isAsked: boolean
  /** For what tells of all commands. */
  addEvery: AddEveryCommand
}

/** Commands by name: each adds itself. */
export type CommandTable = Record<string, (command: MakeCommand, adding: Adding) => void | Promise<void>>

/** The group of commands that are for poolkey itself. */
export const HIDDEN = 'hidden'
