/** Names that other tools have for a command. Pure. */
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
