/** How help is shown. */
import { isPoolkeyError } from '../../errors/poolkey-error.ts'
import type { Terminal } from '../terminal/terminal.ts'

/** Writes help to stdout. Whoever reads no further, as `head` does, has seen enough: that is no failure. Throws `output-closed`. */
export function showPage(terminal: Terminal, text: string): void {
  try {
    terminal.answer(text)
  } catch (error) {
    if (!isPoolkeyError(error, 'output-closed') || error.facts.errno !== 'EPIPE') throw error
  }
}
