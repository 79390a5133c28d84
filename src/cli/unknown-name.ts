/** The command that was probably meant by a name that none has. Pure. */

// What other tools call it.
const SYNONYMS = new Map([
  ['ls', 'status'],
  ['list', 'status'],
  ['export', 'env'],
  ['run', 'exec'],
  ['shell', 'exec'],
  ['configure ls', 'configure list'],
  ['configure rm', 'configure remove'],
  ['configure delete', 'configure remove'],
  ['roles ls', 'roles'],
  ['roles list', 'roles'],
])

/** The command by the name that other tools have for it. */
export function synonymOf(name: string): string | undefined {
  return SYNONYMS.get(name)
}

/** The one of the names that a word is written most like; none where more than half would be wrong. */
export function similarName(word: string, names: string[]): string | undefined {
  const [nearest] = names
    .map((name) => ({ name, edits: editsBetween(word, name) }))
    .filter(({ name, edits }) => edits * 2 <= Math.max(word.length, name.length))
    .toSorted((one, other) => one.edits - other.edits)
  return nearest?.name
}

/** How many letters have to be put in, taken out or replaced (Levenshtein's distance). */
function editsBetween(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, at) => at)
  for (const [index, letter] of Array.from(from).entries()) {
    const next = [index + 1]
    for (const [at, other] of Array.from(to).entries()) {
      const replaced = (row[at] ?? 0) + (letter === other ? 0 : 1)
      next.push(Math.min(replaced, (row[at + 1] ?? 0) + 1, (next[at] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
