/**
 * Where a person's D-Bus session bus listens (D-Bus Specification, "Server Addresses"): Unix sockets alone. What else an
 * address may name is a host of the network (`tcp:`), a program to run (`unixexec:`) or a bus to be started
 * (`autolaunch:`), and none of them is for a caller in a hurry.
 */

// `sun_path` has 108 bytes, one of them the zero that ends a path or begins an abstract name. Past them libuv may cut.
const MAX_NAME_BYTES = 107

/**
 * The sockets to try, in order, as `net.connect` takes them (an abstract name begins with a zero). As GDBus, and with it
 * keytar, has it: `DBUS_SESSION_BUS_ADDRESS`, and only where that is not set at all `$XDG_RUNTIME_DIR/bus`.
 */
export function sessionBusSockets(env: Record<string, string | undefined>): string[] {
  const address = env['DBUS_SESSION_BUS_ADDRESS']
  if (address !== undefined) return address.split(';').flatMap((entry) => socketOf(entry) ?? [])
  const folder = env['XDG_RUNTIME_DIR'] ?? ''
  return folder === '' ? [] : [`${folder}/bus`].filter(isPath)
}

function socketOf(entry: string): string | undefined {
  if (!entry.startsWith('unix:')) return undefined
  const values = new Map<string, string>()
  for (const pair of entry.slice('unix:'.length).split(',')) {
    const equals = pair.indexOf('=')
    const value = equals < 0 ? undefined : unescape(pair.slice(equals + 1))
    if (value === undefined) return undefined
    values.set(pair.slice(0, equals), value)
  }
  const [path, abstract] = [values.get('path'), values.get('abstract')]
  if (path !== undefined && abstract === undefined) return isPath(path) ? path : undefined
  if (abstract !== undefined && path === undefined) return isName(abstract) ? `\0${abstract}` : undefined
  return undefined
}

// A relative one would be looked up in the caller's folder.
function isPath(path: string): boolean {
  return path.startsWith('/') && isName(path)
}

function isName(name: string): boolean {
  return name !== '' && !name.includes('\0') && Buffer.byteLength(name) <= MAX_NAME_BYTES
}

function unescape(value: string): string | undefined {
  try {
    return decodeURIComponent(value)
  } catch {
    // Not UTF-8, or not an escape: no path that Node could open.
    return undefined
  }
}
