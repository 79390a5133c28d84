/** What the parser's help is framed by: examples in front, exit codes behind. */
import type { Command } from 'commander'
import { EXIT_CODES } from '../../errors/exit-codes.ts'
import { HELP_TOPICS } from './topic-names.ts'
import { EXAMPLES, exampleText, FIRST_EXAMPLES } from './examples.ts'

const INTRODUCTION = `Temporary AWS credentials from an Amazon Cognito sign-in, for every AWS tool
on this machine.
`

const CONFIG_LINES = `  In ~/.aws/config, so that every AWS tool asks poolkey for its credentials:
  [profile dev]
  credential_process = /usr/local/bin/poolkey credential-process --profile dev
`

/** Adds the texts to the program and to each of the commands that were made. */
export function addHelpTexts(program: Command): void {
  program
    .addHelpText('before', `${INTRODUCTION}\n${exampleText(FIRST_EXAMPLES)}\n${CONFIG_LINES}`)
    .addHelpText('after', `\n${exitCodeSummary()}\nMore: poolkey help COMMAND, or ${HELP_TOPICS.join(', ')}`)
  for (const command of program.commands) addExamples(command, command.name())
}

function addExamples(command: Command, path: string): void {
  command.addHelpText('before', exampleText(EXAMPLES[path] ?? []))
  for (const one of command.commands) addExamples(one, `${path} ${one.name()}`)
}

/** Three columns; what is of exec alone, and the rarer signals, are in `help exit-codes`. */
function exitCodeSummary(): string {
  const cells = [
    ...EXIT_CODES.filter(({ code }) => code < 8).map(({ code, short }) => `${code} ${short}`),
    '130, 143 ended by a signal',
  ]
  const rows = cells.slice(0, 3).map((_cell, row) => cells.filter((_one, at) => at % 3 === row))
  return `Exit codes:\n${rows.map((row) => `  ${row.map((cell) => cell.padEnd(25)).join('')}`.trimEnd()).join('\n')}\n  exec: its command's own; 125, 126, 127 where that did not run\n`
}
