import { jsonLine } from '../../errors/plain-text.ts'
import { chainOf } from '../../insight/chain.ts'
import type { Hop } from '../../insight/hop.ts'
import { drawLifetimes, expiringIn } from '../../insight/lifetimes.ts'
import { drawMermaid } from '../../insight/mermaid.ts'
import { drawChain } from '../../insight/picture.ts'
import { answerStyle } from '../terminal/answer-style.ts'
import type { Needs } from '../context.ts'

export interface ExplainOptions {
  format?: 'text' | 'mermaid'
  json?: boolean
}

/** The chain of a profile, from its settings alone: what is asked of whom, and where that was set. */
export async function explain(
  context: Needs<'terminal' | 'profiles' | 'env' | 'platform'>,
  options: ExplainOptions,
): Promise<number> {
  const profile = await context.profiles.read()
  const hops = chainOf(profile, await context.profiles.readOrigins(profile))
  const { terminal } = context
  if (options.json === true) {
    const { name, exchange } = profile
    const told = { version: 1, profile: name, exchange: exchange.kind, hops: hops.map(withoutPassage) }
    terminal.answer(`${jsonLine(told)}\n`)
  } else if (options.format === 'mermaid') {
    terminal.answer(drawMermaid(hops))
  } else {
    const style = answerStyle(context)
    terminal.answer(`${drawChain(hops, style)}\n${drawLifetimes(expiringIn(hops), style)}`)
  }
  return 0
}

/** As the JSON promises it: what goes on to the next link is only drawn. */
function withoutPassage({ id, title, values, lifetimeSeconds, source }: Hop): Omit<Hop, 'gives'> {
  return { id, title, values, ...(lifetimeSeconds === undefined ? {} : { lifetimeSeconds }), source }
}
