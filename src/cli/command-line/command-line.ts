/** The words of a command line, in the order in which they are parsed. Pure. */
import { isHelpTopic } from '../help/topic-names.ts'

/** `words` are poolkey's own, the command first; `handedOn` is what follows `--` of `exec`: another program's. */
export interface CommandLine {
  words: string[]
  handedOn: string[]
}

/** Reads what follows the program's name. */
export function readCommandLine(given: string[]): CommandLine {
  const words = withCommandFirst(given)
  const [command, ...rest] = words
  if (command === 'exec') {
    const at = words.indexOf('--')
    return at < 0 ? { words, handedOn: [] } : { words: words.slice(0, at), handedOn: words.slice(at + 1) }
  }
  // As git and gh have them.
  if (command === 'help') {
    const [topic, ...others] = rest
    if (isHelpTopic(topic) && others.every(isHelpFlag)) return { words: ['help', topic], handedOn: [] }
    const isOwn = rest[0] === 'help' || rest[0] === 'version'
    return { words: isOwn ? ['--help'] : [...rest, '--help'], handedOn: [] }
  }
  if (command === 'version' && rest.every(isHelpFlag))
    return { words: [rest[0] ?? '--version'], handedOn: [] }
  return { words, handedOn: [] }
}

function isHelpFlag(word: string): boolean {
  return word === '--help' || word === '-h'
}

/** Options that every command takes are understood in front of it, too, as AWS tools do. */
function withCommandFirst(given: string[]): string[] {
  const at = leadingOptions(given).length
  const command = given[at]
  if (command === undefined || command.startsWith('-')) return given
  return [command, ...given.slice(0, at), ...given.slice(at + 1)]
}

/** The words before the command: options, each with its value. */
export function leadingOptions(given: string[]): string[] {
  let at = 0
  for (let taken = leadingOption(given[0]); taken > 0; taken = leadingOption(given[at])) at += taken
  return given.slice(0, at)
}

/** How many words an option in front of the command takes; 0: it is none. */
function leadingOption(word: string | undefined): number {
  if (word === '--profile' || word === '-p') return 2
  return word !== undefined && /^(--no-input|--debug|--profile=.*|-p(?!rofile).+)$/s.test(word) ? 1 : 0
}

/** Whether these words ask for a help, or are answered by it. */
export function asksForHelp(words: string[]): boolean {
  return words.length === 0 || words.some((word) => /^(--help|-[a-zA-Z]*h)$/.test(word))
}

/** A long option that was written with one dash, as Terraform writes them, and read as `-p rofile`; undefined: none. */
export function singleDashed(words: string[], longOptions: string[]): string | undefined {
  const long = (word: string) => `-${word.split('=', 1)[0] ?? ''}`
  return words.find((word) => /^-[a-z]/.test(word) && longOptions.includes(long(word)))
}
