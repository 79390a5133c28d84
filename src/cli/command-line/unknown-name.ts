/** The command that was probably meant by a name that none has. Pure. */
import { editDistance } from '../../profile/edit-distance.ts'

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
    .map((name) => ({ name, edits: editDistance(word, name) }))
    .filter(({ name, edits }) => edits * 2 <= Math.max(word.length, name.length))
    .toSorted((one, other) => one.edits - other.edits)
  return nearest?.name
}
