/** What `poolkey help` tells of besides the commands. Pure. */
export const HELP_TOPICS = ['exit-codes', 'environment', 'settings', 'security'] as const

/** One of them. */
export type HelpTopic = (typeof HELP_TOPICS)[number]

/** Whether a word is a topic. */
export function isHelpTopic(word: string | undefined): word is HelpTopic {
  return HELP_TOPICS.some((topic) => topic === word)
}
