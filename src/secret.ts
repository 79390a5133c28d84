import { inspect } from 'node:util'

/**
 * A value that must never be printed: a token, a key, a client secret. However it reaches a string, JSON or
 * a debugger it shows `[redacted]`; `reveal()` is called only where the value leaves the process.
 */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  reveal(): string {
    return this.#value
  }

  equals(other: Secret): boolean {
    return this.#value === other.#value
  }

  /** A text with `[redacted]` wherever it holds the value, as it is or as a form or URL writes it. */
  hideIn(text: string): string {
    if (this.#value === '') return text
    const asForm = new URLSearchParams([['', this.#value]]).toString().slice(1)
    return [this.#value, encodeURIComponent(this.#value), asForm].reduce(
      (rest, form) => rest.replaceAll(form, '[redacted]'),
      text,
    )
  }

  toString(): string {
    return '[redacted]'
  }

  toJSON(): string {
    return '[redacted]'
  }

  [inspect.custom](): string {
    return '[redacted]'
  }
}
