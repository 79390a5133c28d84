/** The command tree: every command with its group, its options and the file that does it. */
import type { AddEveryCommand, CommandTable, MakeCommand } from './command-table.ts'
import { SET_UP } from './commands-to-set-up.ts'
import { SIGN_IN } from './commands-to-sign-in.ts'
import { USE } from './commands-to-use.ts'

/** Every command, in the order of the help. */
const COMMANDS: CommandTable = { ...SIGN_IN, ...USE, ...SET_UP }

/** Adds the command that is `asked` for, or where there is none of that name, all of them: to make one costs time. */
export async function addCommands(command: MakeCommand, asked: string | undefined): Promise<void> {
  const names = Object.keys(COMMANDS)
  const isKnown = asked !== undefined && names.includes(asked)
  for (const name of isKnown ? [asked] : names)
    await COMMANDS[name]?.(command, { isAsked: isKnown, addEvery: addEveryCommand })
}

/** Adds every command with all of its options. */
export const addEveryCommand: AddEveryCommand = async (command) => {
  for (const add of Object.values(COMMANDS)) await add(command, { isAsked: true, addEvery: addEveryCommand })
}
