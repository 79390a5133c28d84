/** Paths that may be shown to anybody: what everybody has stays, the rest is replaced. Pure. */

// Parts of paths that programs choose, not people.
const OF_ALL = new Set([
  ...[
    '',
    '~',
    'bin',
    'sbin',
    'usr',
    'local',
    'opt',
    'homebrew',
    'lib',
    'node_modules',
    'dist',
    'etc',
    'tmp',
    'dev',
    'null',
  ],
  ...['node', 'node.exe', 'poolkey', 'poolkey.cjs', 'poolkey.exe', 'poolkey.cmd', 'sh', 'env'],
  ...['.aws', 'config', 'credentials', '.local', 'state', 'vault.json', 'vault.key', 'locks', 'C:'],
  ...['Program Files', 'AppData', 'Local', 'Roaming', 'npm', 'Library', 'Application Support', 'callback'],
])

/** A path of which everything is everybody's, or a mark and at most the name of a file that everybody has. */
export function publicPath(path: string, marked: (path: string) => string): string {
  const parts = path.split(/[\\/]/)
  const isOfAll = (part: string) => OF_ALL.has(part) || /^v?\d+(?:\.\d+)*$|^\.+$/.test(part)
  if (parts.every(isOfAll)) return path
  const name = parts.at(-1) ?? ''
  const separator = path.includes('\\') ? '\\' : '/'
  const folder = path.slice(0, path.length - name.length)
  const isAbsolute = /^[\\/]/.test(path) ? separator : ''
  return OF_ALL.has(name)
    ? `${isAbsolute}${marked(folder)}${separator}${name}`
    : `${isAbsolute}${marked(path)}`
}

/** Whether a path tells something of who has it. */
export function isPrivatePath(path: string): boolean {
  return publicPath(path, () => '?') !== path
}
