import { PoolkeyError } from '../../errors/poolkey-error.ts'
import type { Needs } from '../context.ts'
import { isHelpTopic } from '../help/topic-names.ts'
import { pageText } from '../help/page-text.ts'
import { topicPage } from '../help/topics.ts'
import { showPage } from '../help/shown-page.ts'

/** Prints the page of a topic. Of commands the parser tells, which `help NAME` asks. */
export async function help({ terminal }: Needs<'terminal'>, _options: object, topic = ''): Promise<number> {
  if (!isHelpTopic(topic)) throw new PoolkeyError('usage', { problem: `there is no help of ${topic}` })
  showPage(terminal, pageText(topicPage(topic)))
  return Promise.resolve(0)
}
