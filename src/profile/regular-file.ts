import { closeSync, constants, fstatSync, openSync, readFileSync, readSync } from 'node:fs'

/**
 * The bytes of a file that can be read to its end. A FIFO (also `<(...)` of a shell), a socket or a terminal could keep
 * poolkey waiting for good and is refused; `/dev/null` is empty. Throws Node's own errors, and an Error that says why.
 */
export function readRegularFile(path: string): Buffer {
  // Without O_NONBLOCK (Windows has none) opening a FIFO waits for somebody to write.
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const stats = fstatSync(file)
    // Reading a folder fails by itself, with the error everybody knows.
    if (stats.isFile() || stats.isDirectory()) return readFileSync(file)
    if (stats.isCharacterDevice() && isAtEnd(file)) return Buffer.alloc(0)
    throw new Error(stats.isFIFO() ? 'it is a pipe, not a file' : 'it is a device, not a file')
  } finally {
    closeSync(file)
  }
}

function isAtEnd(file: number): boolean {
  try {
    return readSync(file, Buffer.alloc(1)) === 0
  } catch {
    // A terminal where nobody has typed anything: it has no end either.
    return false
  }
}
