/** The chain as a flowchart that mermaid draws (https://mermaid.js.org/syntax/flowchart.html). Pure. */
import { plainText } from '../errors/plain-text.ts'
import type { Hop } from './hop.ts'

/** `flowchart LR`, a node a link and an arrow between neighbours; ends with a line break. */
export function drawMermaid(hops: Hop[]): string {
  const nodes = hops.map(({ id, title, values }) => {
    const lines = values.map(({ name, value, source }) => label(`${name}: ${value} (${source})`))
    return `  ${nodeName(id)}["${[`<b>${label(title)}</b>`, ...lines].join('<br/>')}"]\n`
  })
  const arrows = hops.slice(1).map((hop, index) => {
    const from = hops[index]
    const gives = from?.gives === undefined ? '' : `|"${label(from.gives)}"|`
    return `  ${nodeName(from?.id ?? hop.id)} -->${gives} ${nodeName(hop.id)}\n`
  })
  return `flowchart LR\n${nodes.join('')}${arrows.join('')}`
}

/** A name that is none of mermaid's words. */
function nodeName(id: Hop['id']): string {
  return `hop_${id.replace('-', '_')}`
}

/** Letters, digits and a few signs stand as they are; all else could end the label, or be markup or a directive. */
function label(text: string): string {
  return plainText(text, 2000).replace(
    /[^\p{L}\p{M}\p{N} .,:/_()=+@-]/gu,
    (character) => `#${character.codePointAt(0) ?? 0};`,
  )
}
