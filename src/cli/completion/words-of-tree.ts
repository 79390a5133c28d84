/** What the completion scripts of all shells take from the command tree. Pure. */
import type { CommandShape, OptionShape } from '../tree/command-shape.ts'

/** Stands in the first line of each script. */
export const NOTICE = 'Generated from the commands, by: npm run completions'

/** A command that belongs to another, by its own name. */
export interface Child {
  name: string
  command: CommandShape
}

/** The commands right below one, or with `''` below poolkey itself. */
export function childrenOf(parent: string, commands: CommandShape[]): Child[] {
  const prefix = parent === '' ? '' : `${parent} `
  return commands
    .filter(({ path }) => path.startsWith(prefix) && !path.slice(prefix.length).includes(' '))
    .filter(({ path }) => path !== parent)
    .map((command) => ({ name: command.path.slice(prefix.length), command }))
}

/** Whether another program's command line follows `--`. */
export function runsPrograms({ argument }: CommandShape): boolean {
  return argument?.kind === 'commands'
}

/** The names that an option goes by, the short one first. */
export function namesOf({ short, long }: OptionShape): string[] {
  return short === undefined ? [long] : [short, long]
}

/** A word for a shell of the family of sh: in single quotes. */
export function singleQuoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}
