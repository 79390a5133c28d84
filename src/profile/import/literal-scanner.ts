import { PoolkeyError } from '../../errors/poolkey-error.ts'

const BLANK = /[\s\uFEFF]+/y
const LINE_COMMENT = /\/\/[^\n\r\u2028\u2029]*/y
const PLAIN = { '"': /[^"\\\n\r]+/y, "'": /[^'\\\n\r]+/y, '`': /[^`\\$]+/y }

/** What a text may stand in: double or single quotes, or a template. */
export type Quote = keyof typeof PLAIN

const ESCAPES = new Map(Object.entries({ b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }))

/**
 * Goes through the text of JSON, or of literals of JavaScript. What it says of a mistake never quotes the text, which
 * may hold a secret.
 */
export class LiteralScanner {
  readonly #text: string
  readonly #source: string
  #position = 0

  constructor(text: string, source: string) {
    this.#text = text
    this.#source = source
  }

  get position(): number {
    return this.#position
  }

  /** Whether nothing follows. */
  isAtEnd(): boolean {
    return this.#position >= this.#text.length
  }

  /** Goes back to a position. */
  returnTo(position: number): void {
    this.#position = position
  }

  /** The next character, '' at the end. */
  peek(): string {
    return this.#text.charAt(this.#position)
  }

  /** Passes what a sticky pattern matches here; undefined where it does not. */
  take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#position
    const found = pattern.exec(this.#text)?.[0]
    this.#position += found?.length ?? 0
    return found
  }

  /** Passes this very text if it stands here. */
  takeText(text: string): boolean {
    const isHere = this.#text.startsWith(text, this.#position)
    if (isHere) this.#position += text.length
    return isHere
  }

  /** Passes white space and comments; tells whether a line ended in them. Throws `import-unusable`. */
  skipBlanks(): { endsLine: boolean } {
    const begin = this.#position
    for (;;) {
      if (this.take(BLANK) !== undefined || this.take(LINE_COMMENT) !== undefined) continue
      if (!this.#text.startsWith('/*', this.#position)) break
      const end = this.#text.indexOf('*/', this.#position + 2)
      if (end < 0) throw this.mistake('this comment is never closed')
      this.#position = end + 2
    }
    return { endsLine: /[\n\r\u2028\u2029]/.test(this.#text.slice(begin, this.#position)) }
  }

  /** The text within the quotes that begin here. Throws `import-unusable`. */
  takeString(quote: Quote): string {
    const begin = this.#position
    this.#position += 1
    const parts: string[] = []
    for (;;) {
      parts.push(this.take(PLAIN[quote]) ?? '')
      const next = this.peek()
      if (next === quote) break
      if (next === '\\') parts.push(this.#takeEscape())
      else if (next === '$' && !this.#text.startsWith('${', this.#position)) {
        this.#position += 1
        parts.push(next)
      } else if (next === '$') throw this.mistake('this text is put together by a program')
      else throw this.mistake('the text that begins here is never closed', begin)
    }
    this.#position += 1
    return parts.join('')
  }

  #takeEscape(): string {
    const [, braced, unit, byte] =
      this.#match(/\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2}))/y) ?? []
    const hex = braced ?? unit ?? byte
    if (hex !== undefined) {
      const code = Number.parseInt(hex, 16)
      if (code > 0x10ffff) throw this.mistake('there is no such character')
      return String.fromCodePoint(code)
    }
    // A line that goes on below: the two are one.
    if (this.take(/\\(?:\r\n|[\n\r\u2028\u2029])/y) !== undefined) return ''
    if (this.take(/\\0(?!\d)/y) !== undefined) return '\0'
    const character = this.take(/\\[^ux\d]/uy)?.slice(1)
    if (character === undefined) throw this.mistake('this is no escape')
    return ESCAPES.get(character) ?? character
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#position
    const found = pattern.exec(this.#text) ?? undefined
    this.#position += found?.[0].length ?? 0
    return found
  }

  /** The line of a position, the first being 1. */
  lineOf(position: number): number {
    return this.#placeOf(position).line
  }

  #placeOf(position: number): { line: number; column: number } {
    const lines = this.#text.slice(0, position).split(/\r\n|[\n\r]/)
    return { line: lines.length, column: (lines.at(-1) ?? '').length + 1 }
  }

  /** What is wrong here, or at another position. */
  mistake(problem: string, position = this.#position): PoolkeyError {
    return new PoolkeyError('import-unusable', {
      source: this.#source,
      problem,
      place: this.#placeOf(position),
    })
  }
}
