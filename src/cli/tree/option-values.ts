/** Values of options, checked where they are typed. */
import { InvalidArgumentError, Option } from 'commander'

/** The places for the sealing key. */
export const STORES = ['keychain', 'passphrase', 'file']

/** `--store`, which counts when the vault is made. */
export function storeOption(): Option {
  return new Option('--store <store>', 'where the sealing key lives, at first use').choices(STORES)
}

/** A time in seconds, up to a day. Throws commander's error for a bad argument, as the others do. */
export function wholeSeconds(value: string): number {
  const seconds = Number(value)
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > 86_400)
    throw new InvalidArgumentError('a whole number of seconds from 1 to 86400 is needed.')
  return seconds
}

/** The life of a console session, as AWS allows it. */
export function consoleSeconds(value: string): number {
  const seconds = wholeSeconds(value)
  if (seconds < 900 || seconds > 43_200)
    throw new InvalidArgumentError('a whole number of seconds from 900 to 43200 is needed.')
  return seconds
}

/** A TCP port. */
function portNumber(value: string): number {
  const port = Number(value)
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new InvalidArgumentError('a port from 1 to 65535 is needed.')
  return port
}

/** `--port`, where something is to listen on this machine. */
export function portOption(): Option {
  return new Option('--port <port>', 'port on loopback (default: any free one)').argParser(portNumber)
}

/** Several TCP ports, with commas. */
export function portNumbers(value: string): number[] {
  return [...new Set(namesWithCommas(value).map(portNumber))]
}

/** Names with commas. */
export function namesWithCommas(value: string): string[] {
  const names = value.split(',').map((name) => name.trim())
  if (names.includes(''))
    throw new InvalidArgumentError('names or numbers with commas between them are needed.')
  return names
}

/** `--exchange`, of those that a template can set up. */
export function exchangeOption(): Option {
  return new Option('--exchange <kind>', 'how a sign-in becomes credentials')
    .choices(['enhanced', 'web-identity'])
    .default('enhanced')
}
