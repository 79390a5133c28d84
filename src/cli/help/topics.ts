/** The pages of `poolkey help TOPIC`, from the tables that the code itself uses. Pure. */
import { EXIT_CODES } from '../../errors/exit-codes.ts'
import { SETTING_LIST } from '../../profile/settings.ts'
import type { SettingGroup } from '../../profile/settings.ts'
import type { HelpTopic } from './topic-names.ts'
import { ENVIRONMENT_VARIABLES } from './environment-variables.ts'
import type { Block, Page } from './page.ts'
import { SECURITY } from './security.ts'

/** The page of a topic. */
export function topicPage(topic: HelpTopic): Page {
  return PAGES[topic]()
}

const PAGES: Record<HelpTopic, () => Page> = {
  'exit-codes': () => ({ title: 'Exit codes of poolkey', blocks: exitCodes() }),
  environment: () => ({ title: 'Variables that poolkey reads', blocks: environment() }),
  settings: () => ({ title: 'Settings of a profile in ~/.aws/config', blocks: settings() }),
  security: () => ({ title: 'How poolkey keeps secrets', blocks: SECURITY }),
}

function exitCodes(): Block[] {
  return [
    { terms: EXIT_CODES.map(({ code, meaning }) => ({ term: String(code), meaning })) },
    {
      text: "exec ends with its command's own code, 128 + n where signal n ended it; 125 is all that poolkey itself fails with before that, wrong usage included, but for interruptions. status --check ends with 0 or 4. doctor ends with the code of the first failure.",
    },
    { text: 'With --json a failure is one JSON object on stderr, with its exitCode.' },
  ]
}

function environment(): Block[] {
  return [
    { text: 'Flags come before variables, variables before settings of the profile.' },
    ...ENVIRONMENT_VARIABLES,
    { text: 'No variable POOLKEY_... reaches a program that poolkey starts.' },
  ]
}

const GROUPS: [SettingGroup, string][] = [
  ['S', 'Sign-in (S), also taken from cognito_source_profile'],
  ['P', 'Pool (P), also taken from cognito_source_profile'],
  ['X', 'Exchange (X)'],
  ['-', 'Shared sign-ins'],
]

function settings(): Block[] {
  const blocks = GROUPS.map(([group, heading]) => ({
    heading,
    terms: SETTING_LIST.filter((one) => one.group === group).map((one) => {
      const help = [one.help, ...defaultOf(one)].join(' ')
      return { term: one.key, meaning: help.replaceAll('`', '') }
    }),
  }))
  const text =
    'AWS tools pass over keys that they do not know. Each is also a flag of configure: without cognito_, with dashes.'
  return [{ text }, ...blocks]
}

function defaultOf(one: { default?: string; defaultHelp?: string }): string[] {
  const text = one.default ?? one.defaultHelp
  if (text === undefined) return []
  return [text.startsWith('required ') ? `R${text.slice(1)}.` : `Default: ${text}.`]
}
