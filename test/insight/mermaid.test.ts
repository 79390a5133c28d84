import fc from 'fast-check'
import { expect, test } from 'vitest'
import { drawMermaid } from '../../src/insight/mermaid.ts'
import { chainFor } from './chain-of.ts'

// What of mermaid's grammar for flowcharts is used: https://mermaid.js.org/syntax/flowchart.html. A label is quoted, entities
// are #<number>;.
const LABEL = `"(?:[\\p{L}\\p{M}\\p{N} .,:/_()=+@-]|#\\d+;|<br/>|</?b>)*"`
const NODE = new RegExp(`^ {2}hop_[a-z_]+\\[${LABEL}\\]$`, 'u')
const ARROW = new RegExp(`^ {2}hop_[a-z_]+ -->(?:\\|${LABEL}\\|)? hop_[a-z_]+$`, 'u')

test('the chain as a flowchart stays as mermaid took it', async () => {
  for (const name of ['dev', 'prod', 'visitor', 'tokens']) {
    await expect(drawMermaid(chainFor(name))).toMatchFileSnapshot(`__snapshots__/${name}.mmd`)
  }
})

test('whatever stands in the values, nothing ends a label or is markup', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('"]', '%%{init: {}}%%', '<img>', '`md`', 'end'),
  )
  fc.assert(
    fc.property(text, text, (value, source) => {
      const [profile, ...others] = chainFor('tokens')
      const hostile = profile ? { ...profile, title: value, values: [{ name: 'x', value, source }] } : []
      const [head, ...lines] = drawMermaid([hostile, others].flat()).trimEnd().split('\n')
      expect(head).toBe('flowchart LR')
      expect(lines).toHaveLength(7)
      for (const line of lines) expect(NODE.test(line) || ARROW.test(line), line).toBe(true)
    }),
  )
})
