import { PoolkeyError } from '../../errors/poolkey-error.ts'
import type { CommandContext } from '../context.ts'
import { isHelpTopic } from '../help-topics.ts'
import { pageText } from '../help/page-text.ts'
import { topicPage } from '../help/topics.ts'
import { showPage } from '../shown-page.ts'

/** Prints the page of a topic. Of commands the parser tells, which `help NAME` asks. */
export async function help({ terminal }: CommandContext, _options: object, topic = ''): Promise<number> {
  if (!isHelpTopic(topic)) throw new PoolkeyError('usage', { problem: `there is no help of ${topic}` })
  showPage(terminal, pageText(topicPage(topic)))
  return Promise.resolve(0)
}
