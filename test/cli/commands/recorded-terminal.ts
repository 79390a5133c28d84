import { expect } from 'vitest'
import type { Terminal } from '../../../src/cli/terminal/terminal.ts'

/** A terminal that keeps what is written to it; `replies` are typed there, in their order: nobody can be asked without any. */
export function recordedTerminal(given: { replies?: string[]; isAnswerShown?: boolean } = {}) {
  const { replies, isAnswerShown = false } = given
  const answers: string[] = []
  const said: string[] = []
  const left = [...(replies ?? [])]
  const notHere = () => expect.fail('nothing that this command asks for')
  const typed = (question: string) => {
    said.push(question)
    return Promise.resolve(left.shift())
  }
  const terminal: Terminal = {
    answer: (text) => void answers.push(text),
    say: (line) => void said.push(line),
    label: (kind, line) => void said.push(`${kind}: ${line}`),
    neverWait: notHere,
    progress: () => undefined,
    isAnswerShown,
    isAnswerPiped: false,
    answerColumns: 80,
    isAnswerColoured: false,
    canAsk: replies !== undefined,
    isLive: false,
    isInFront: true,
    askHidden: typed,
    openHidden: notHere,
    readSecret: notHere,
    ask: typed,
    readInput: notHere,
    change: (_, line) => void said.push(line),
    confirm: async (question) => (await typed(question)) === 'y',
  }
  return { terminal, answers, said }
}
