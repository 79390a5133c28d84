/** How far two words are apart. Pure. */

/** How many letters have to be put in, taken out or replaced (Levenshtein's distance). */
export function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (const [index, letter] of Array.from(from).entries()) {
    const next = [index + 1]
    for (const [column, other] of Array.from(to).entries()) {
      const replaced = (row[column] ?? 0) + (letter === other ? 0 : 1)
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}

/** The one of the names that a word is written most like, whatever the case; none where more than half would be wrong. */
export function similarName(word: string, names: string[]): string | undefined {
  const [nearest] = names
    .map((name) => ({ name, edits: editDistance(word.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, edits }) => edits * 2 <= Math.max(word.length, name.length))
    .toSorted((one, other) => one.edits - other.edits)
  return nearest?.name
}
