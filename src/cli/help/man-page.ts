/** The manual page, from the command tree and the pages of help. Every option stands in it once. Pure. */
import type { CommandShape, OptionShape, TreeShape } from '../tree/command-shape.ts'
import { namesOf } from '../completion/words-of-tree.ts'
import { flagOf } from '../configure/setting-flags.ts'
import { SETTING_LIST } from '../../profile/settings.ts'
import { EXAMPLES, FIRST_EXAMPLES } from './examples.ts'
import type { Example } from './examples.ts'
import { capitalised } from '../texts/words.ts'
import { blockLines, literal, roffText, section, subsection, term } from './roff.ts'
import { topicPage } from './topics.ts'

const DESCRIPTION = [
  'poolkey turns a sign-in at an Amazon Cognito user pool into temporary AWS credentials, by way of an identity pool or of a role that trusts the user pool. AWS tools get them through credential_process, renewed without asking.',
  'The answer of a command goes to stdout alone; everything that is said to a person goes to stderr. Options that every command takes may also stand in front of it.',
]

/** The page in roff. */
export function manPage({ commands, commonOptions }: TreeShape, version: string): string {
  const groups = [...new Set(commands.map(({ group }) => group))]
  const lines = [
    String.raw`.\" Generated from the commands, by: npm run completions`,
    `.TH POOLKEY 1 "" "poolkey ${roffText(version)}" "User Commands"`,
    // A word too long for its line is not to be torn where a dash would be added.
    '.nh',
    '.ad l',
    ...section('NAME', String.raw`poolkey \- temporary AWS credentials from an Amazon Cognito sign\-in`),
    ...section(
      'SYNOPSIS',
      String.raw`\fBpoolkey\fR \fICOMMAND\fR [\fIOPTIONS\fR]`,
      '.br',
      String.raw`\fBpoolkey exec\fR [\fIOPTIONS\fR] \fB\-\-\fR [\fICMD\fR...]`,
      '.br',
      String.raw`\fBpoolkey help\fR \fICOMMAND\fR|\fITOPIC\fR`,
    ),
    ...section('DESCRIPTION', ...DESCRIPTION.flatMap((text) => ['.PP', roffText(text)])),
    ...section('EXAMPLES', ...FIRST_EXAMPLES.flatMap(exampleLines)),
    ...section('OPTIONS OF EVERY COMMAND', ...commonOptions.flatMap(optionLines)),
    ...groups.flatMap((group) =>
      section(
        `COMMANDS: ${group.toUpperCase()}`,
        ...commands.filter((command) => command.group === group).flatMap((command) => commandLines(command)),
      ),
    ),
    ...section('SETTINGS', ...topicPage('settings').blocks.flatMap(blockLines)),
    ...section('ENVIRONMENT', ...topicPage('environment').blocks.flatMap(blockLines)),
    ...section('EXIT STATUS', ...topicPage('exit-codes').blocks.flatMap(blockLines)),
    ...section('FILES', ...FILES.flatMap(([name, meaning]) => term(name, roffText(meaning)))),
    ...section('SECURITY', ...topicPage('security').blocks.flatMap(blockLines)),
  ]
  return `${lines.join('\n')}\n`
}

const FILES: [string, string][] = [
  ['~/.aws/config', 'the profiles with their settings; the only configuration'],
  ['~/.aws/credentials', 'where write puts credentials'],
  ['~/.local/state/poolkey', 'the state folder: sealed sessions and credentials, compiled code'],
]

function commandLines(command: CommandShape): string[] {
  const { path, usage, description, options } = command
  const isSetting = ({ long }: OptionShape) => SETTING_LIST.some(({ key }) => flagOf(key) === long)
  const takesAll = options.filter(isSetting).length === SETTING_LIST.length
  const own = takesAll ? options.filter((option) => !isSetting(option)) : options
  return [
    ...subsection(`poolkey ${path} ${usage}`, roffText(description)),
    ...(EXAMPLES[path] ?? []).flatMap(exampleLines),
    ...own.flatMap(optionLines),
    ...(takesAll
      ? ['.PP', roffText('And each of the SETTINGS as an option: without cognito_, with dashes.')]
      : []),
  ]
}

function exampleLines([line, does]: Example): string[] {
  return ['.PP', roffText(`${capitalised(does)}:`), ...literal([line])]
}

function optionLines(option: OptionShape): string[] {
  const { placeholder, values, isValueOptional, description } = option
  const names = namesOf(option).join(', ')
  const value = placeholder === undefined ? '' : isValueOptional ? ` [${placeholder}]` : ` <${placeholder}>`
  const words = values?.words ?? []
  const choices = words.every((word) => description.includes(word)) ? '' : ` (${words.join(', ')})`
  return term(names + value, roffText(description + choices))
}
