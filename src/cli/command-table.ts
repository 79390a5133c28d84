/** What commands are made of. */
import type { Command } from 'commander'
import type { Ending } from '../outlets/exec.ts'
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

/** Adds every command with all of its options. */
export type AddEveryCommand = (command: MakeCommand) => Promise<void>

/**
 * Commands by name: each adds itself. `isAsked`: it is the one that is to run, so that options which take time to make matter.
 * `addEvery` is for what tells of all of them.
 */
export type CommandTable = Record<
  string,
  (command: MakeCommand, isAsked: boolean, addEvery: AddEveryCommand) => void | Promise<void>
>

/** The group of commands that are for poolkey itself. */
export const HIDDEN = 'hidden'
