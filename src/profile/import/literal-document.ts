/**
 * A file to import, read as data: JSON (also several texts one after the other, as commands print them), or a module of
 * JavaScript or TypeScript that gives a literal a name and exports it. Nothing of it is ever run: whatever is not a
 * literal is refused. Pure.
 */
import { PoolkeyError } from '../../errors/poolkey-error.ts'
import { isObject } from './literal.ts'
import type { Literal, LiteralObject } from './literal.ts'
import { LiteralScanner } from './literal-scanner.ts'
import { NAME, takeValue } from './literal-value.ts'

// What stands before the quote takes in every blank: two patterns that share blanks would try each way to part them.
const IMPORT = /import\b(?:[\w$*{},\s]*\bfrom\b)?\s*(?=["'])/y
const EXPORT_DEFAULT = /export\s+default\b|module\.exports\s*=(?!=)|exports\.default\s*=(?!=)/y
const DECLARATION = /(?:export\s+)?(?:const|let|var)\s+(?=[\p{ID_Start}$_])|exports\.(?=[\p{ID_Start}$_])/uy
const TYPE = /\s*:[\w$.\s<>,[\]|&'"]+(?==)/y
const ASSERTION = /\s*(?:as|satisfies)\s+[\w$.]+(?:<[\w$.\s<>,[\]|'"]*>)?/y
// What compilers put before their own exports.
const MARK_OF_MODULE =
  /Object\.defineProperty\(exports, ['"]__esModule['"], \{ value: true \}\)|exports\.[\w$]+ = void 0/y

// Far more than anybody's commands print into one file; each is held against every format.
const MOST_DOCUMENTS = 1000

/** The objects that a text holds. Throws `import-unusable`, naming line and column; `source` is for errors. */
export function parseDocuments(text: string, source: string): LiteralObject[] {
  const scanner = new LiteralScanner(text, source)
  scanner.skipBlanks()
  if (scanner.isAtEnd()) throw scanner.mistake('there is nothing in it')
  refuseOthers(text, source)
  const values = /[{[]/.test(scanner.peek()) ? takeTexts(scanner) : [takeModule(scanner)]
  // A list may be of documents (`jq -s`), or itself be one (`sam list stack-outputs`).
  const documents = values.flatMap((value) => {
    if (!Array.isArray(value)) return isObject(value) ? [value] : []
    const items = value.filter(isObject)
    const isOutputs = items.length > 0 && items.every((item) => item.has('OutputKey'))
    return isOutputs ? [new Map([['Outputs', items]])] : items
  })
  if (documents.length > MOST_DOCUMENTS)
    throw scanner.mistake(`this is more than ${MOST_DOCUMENTS} documents`)
  return documents
}

// What people have at hand, too, and how they get what can be read.
const OTHERS: [form: RegExp, problem: string, fix: string][] = [
  [
    /^\s*\[(?:profile\s|default\])/,
    'this is a profile already',
    'append it to ~/.aws/config; nothing is to be imported',
  ],
  [/^\s*[-|+]{8,}/, 'this is a table of the AWS CLI', 'print it with --output json'],
  [
    /^\s*[a-z]{2}(?:-[a-z]+)+-\d[_:][\w-]+\s*$/,
    'this is an ID alone',
    'poolkey configure asks for what it needs',
  ],
]

function refuseOthers(text: string, source: string): void {
  for (const [form, problem, fix] of OTHERS)
    if (form.test(text)) throw new PoolkeyError('import-unusable', { source, problem, fix })
}

function takeTexts(scanner: LiteralScanner): Literal[] {
  const values: Literal[] = []
  while (!scanner.isAtEnd()) {
    if (!/[{[]/.test(scanner.peek())) throw scanner.mistake('nothing may stand behind the closing bracket')
    values.push(takeValue(scanner))
    scanner.skipBlanks()
  }
  return values
}

function takeModule(scanner: LiteralScanner): Literal {
  const named = new Map<string, Literal>()
  let exported: Literal | undefined
  while (!scanner.isAtEnd()) {
    const begin = scanner.position
    if (scanner.take(IMPORT) !== undefined || /["']/.test(scanner.peek())) {
      // What is imported is of no use here, and "use strict" neither.
      takeValue(scanner)
    } else if (scanner.take(MARK_OF_MODULE) !== undefined) {
      // Nothing to see.
    } else if (scanner.take(EXPORT_DEFAULT) !== undefined) {
      exported = takeNamed(scanner, named) ?? takeLiteral(scanner)
    } else if (scanner.take(DECLARATION) !== undefined) {
      const name = scanner.take(NAME) ?? ''
      scanner.take(TYPE)
      scanner.skipBlanks()
      if (!scanner.take(/=(?![=>])/y)) throw notALiteral(scanner, begin)
      named.set(name, takeLiteral(scanner))
    } else {
      throw notALiteral(scanner, begin)
    }
    endStatement(scanner)
  }
  const [first, ...others] = named.values()
  if (exported !== undefined) return exported
  return others.length === 0 && first !== undefined ? first : named
}

/** The literal that was given the name which stands here. */
function takeNamed(scanner: LiteralScanner, named: LiteralObject): Literal | undefined {
  scanner.skipBlanks()
  const begin = scanner.position
  const known = named.get(scanner.take(NAME) ?? '')
  if (known === undefined) scanner.returnTo(begin)
  return known
}

function takeLiteral(scanner: LiteralScanner): Literal {
  const value = takeValue(scanner)
  while (scanner.take(ASSERTION) !== undefined) continue
  return value
}

function endStatement(scanner: LiteralScanner): void {
  const { endsLine } = scanner.skipBlanks()
  // What stands behind a value in its line would be done with it.
  if (!endsLine && !scanner.isAtEnd() && scanner.peek() !== ';') throw notALiteral(scanner, scanner.position)
  while (scanner.takeText(';')) scanner.skipBlanks()
}

function notALiteral(scanner: LiteralScanner, position: number) {
  return scanner.mistake(
    'here stands neither JSON nor a literal of JavaScript; nothing in a file is run',
    position,
  )
}
