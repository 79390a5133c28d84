/** The recipes of RECIPES.md, as they stand there: names, files and commands. */
import { readFileSync } from 'node:fs'

export interface Recipe {
  /** What its paragraph begins with in bold. */
  name: string
  blocks: Block[]
}

/** A block that begins with a comment of a path belongs into that file; a line of a crontab is cron's; all else is run. */
export type Block =
  { kind: 'file'; path: string; text: string } | { kind: 'crontab' | 'commands'; text: string }

/** Reads RECIPES.md. Blocks are indented by four spaces, and end where the text goes on. */
export function readRecipes(): Recipe[] {
  const text = readFileSync(new URL('../../../RECIPES.md', import.meta.url), 'utf8')
  return text.split(/^(?=\*\*)/m).flatMap((paragraph) => {
    const name = /^\*\*([^*]+)\*\*/.exec(paragraph)?.[1]
    const blocks = paragraph.match(/(?:^(?: {4}.*)?\n)+/gm) ?? []
    return name === undefined ? [] : [{ name, blocks: blocks.flatMap(blockOf) }]
  })
}

function blockOf(indented: string): Block[] {
  const text = indented.replaceAll(/^ {4}/gm, '').trim()
  if (text === '') return []
  const [, path, rest = ''] = /^# (\S+|crontab -e)\n([\s\S]*)$/.exec(text) ?? []
  if (path === 'crontab -e') return [{ kind: 'crontab', text: rest }]
  return path === undefined ? [{ kind: 'commands', text }] : [{ kind: 'file', path, text: `${rest}\n` }]
}
