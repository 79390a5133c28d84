/** One value of JSON, or one literal of JavaScript: comments, trailing commas, names without quotes. Nothing is computed. */
import type { Literal } from './literal.ts'
import type { LiteralScanner, Quote } from './literal-scanner.ts'

const DEEPEST = 100

const WORDS = new Map<string, Literal>([
  ['true', true],
  ['false', false],
  ['null', null],
  ['undefined', null],
])

/** A name of JavaScript, as the scanner takes it. */
export const NAME = /[\p{ID_Start}$_][\p{ID_Continue}$]*/uy
const NUMBER = /[+-]?(?:0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?![\w$])/y

/** The value that begins here. Throws `import-unusable`, naming line and column. */
export function takeValue(scanner: LiteralScanner, depth = 0): Literal {
  scanner.skipBlanks()
  if (depth > DEEPEST) throw scanner.mistake(`this is nested deeper than ${DEEPEST} levels`)
  const begin = scanner.position
  const next = scanner.peek()
  if (isQuote(next)) return scanner.takeString(next)
  if (next === '{') return takeObject(scanner, depth)
  if (next === '[') return takeList(scanner, depth)
  const number = scanner.take(NUMBER)
  if (number !== undefined) return Number(number)
  const value = WORDS.get(scanner.take(NAME) ?? '')
  if (value !== undefined) return value
  throw scanner.isAtEnd() && begin === scanner.position
    ? scanner.mistake('the text ends where a value is due')
    : scanner.mistake(
        'this is no plain value; nothing in a file is run, so a value must stand there itself',
        begin,
      )
}

function takeObject(scanner: LiteralScanner, depth: number): Literal {
  const members = new Map<string, Literal>()
  const positions = new Map<string, number>()
  takeItems(scanner, '}', () => {
    const begin = scanner.position
    const name = takeName(scanner)
    const earlier = positions.get(name)
    if (earlier !== undefined)
      throw scanner.mistake(
        `the name ${JSON.stringify(name.slice(0, 100))} stands twice, here and in line ${scanner.lineOf(earlier)}`,
        begin,
      )
    positions.set(name, begin)
    scanner.skipBlanks()
    if (!scanner.takeText(':')) throw scanner.mistake('a ":" is due here, behind the name of a value')
    members.set(name, takeValue(scanner, depth + 1))
  })
  return members
}

function takeList(scanner: LiteralScanner, depth: number): Literal {
  const items: Literal[] = []
  takeItems(scanner, ']', () => {
    items.push(takeValue(scanner, depth + 1))
  })
  return items
}

/** What stands between the bracket here and the closing one, parted by commas; one may also stand behind the last item. */
function takeItems(scanner: LiteralScanner, closing: '}' | ']', takeItem: () => void): void {
  const begin = scanner.position
  scanner.takeText(closing === '}' ? '{' : '[')
  for (;;) {
    scanner.skipBlanks()
    if (scanner.takeText(closing)) return
    if (scanner.isAtEnd()) break
    takeItem()
    scanner.skipBlanks()
    if (scanner.takeText(closing)) return
    if (scanner.takeText(',')) continue
    if (scanner.isAtEnd()) break
    throw scanner.mistake(`a "," or "${closing}" is due here`)
  }
  throw scanner.mistake('the bracket that opens here is never closed', begin)
}

function takeName(scanner: LiteralScanner): string {
  const next = scanner.peek()
  if (next === '"' || next === "'") return scanner.takeString(next)
  const name = scanner.take(NAME) ?? scanner.take(/\d+/y)
  if (name === undefined) throw scanner.mistake('the name of a value is due here')
  return name
}

function isQuote(character: string): character is Quote {
  return character === '"' || character === "'" || character === '`'
}
