import { drawsUnicode } from '../../insight/drawing-style.ts'
import type { DrawingStyle } from '../../insight/drawing-style.ts'
import type { Needs } from '../context.ts'

/** How the answer may be drawn where it goes. */
export function answerStyle({
  terminal,
  env,
  platform,
}: Needs<'terminal' | 'env' | 'platform'>): DrawingStyle {
  return {
    columns: terminal.answerColumns,
    isUnicode: drawsUnicode(env, platform),
    isColoured: terminal.isAnswerColoured,
  }
}
