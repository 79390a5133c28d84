/** The command tree: every command with its group, its options and the file that does it. */
import type { CommandTable, MakeCommand } from './command-table.ts'
import { SET_UP } from './tree/commands-to-set-up.ts'
import { SIGN_IN } from './tree/commands-to-sign-in.ts'
import { USE } from './tree/commands-to-use.ts'

/** Every command, in the order of the help. */
const COMMANDS: CommandTable = { ...SIGN_IN, ...USE, ...SET_UP }

/** Adds the command that is `asked` for, or where there is none of that name, all of them: to make one costs time. */
export function addCommands(command: MakeCommand, asked: string | undefined): void {
  const names = Object.keys(COMMANDS)
  for (const name of asked !== undefined && names.includes(asked) ? [asked] : names) COMMANDS[name]?.(command)
}
