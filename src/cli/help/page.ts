/** A page of help as data, for a terminal (page-text.ts) and for the manual (roff.ts). Pure. */

/** A block of a page: text to be filled, or terms with what they mean. `heading` stands above it. */
export interface Block {
  heading?: string
  text?: string
  terms?: readonly Term[]
}

/** A word, such as an option or a variable, and what it means. */
export interface Term {
  term: string
  meaning: string
}

/** A page: what it is about, and its blocks. */
export interface Page {
  title: string
  blocks: Block[]
}
