/**
 * The attacks and faults that poolkey must withstand, each shown by tests that carry its number in their names, or said not
 * to apply, with the reason. SECURITY.md's table is made from this.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface AttackCase {
  /** Group and number. */
  id: string
  /** 0: without it nothing counts as done; 1: before version 1; 2: wanted. */
  priority: 0 | 1 | 2
  what: string
  /** Why it does not apply, in place of a test. */
  notApplicable?: string
}

const root = fileURLToPath(new URL('..', import.meta.url))

// The letters: A authorization and OIDC, B callback listener, C browser, D vault and files, E refresh and concurrency,
// F outlets, G the credentials endpoint, H terminal and diagnostics, I console, J configuration.
export const ATTACK_CASES: AttackCase[] = [
  { id: 'A1', priority: 0, what: 'weak or repeated state, nonce or verifier' },
  { id: 'A2', priority: 0, what: 'PKCE left out or downgraded to plain' },
  { id: 'A3', priority: 0, what: 'callback state missing, wrong, cut, doubled or in another case' },
  {
    id: 'A4',
    priority: 0,
    what: "code of somebody else's sign-in: state, nonce and PKCE each stop it alone",
  },
  { id: 'A5', priority: 0, what: 'nonce missing or wrong' },
  {
    id: 'A6',
    priority: 0,
    what: 'ID token unsigned, signed with a shared secret, by another algorithm, or wrongly',
  },
  { id: 'A7', priority: 0, what: 'another issuer' },
  { id: 'A8', priority: 0, what: 'another audience, none, or several' },
  { id: 'A9', priority: 0, what: "access token in the ID token's place" },
  { id: 'A10', priority: 1, what: 'claims missing, or of another type' },
  { id: 'A11', priority: 0, what: 'refresh that answers with another person or issuer' },
  { id: 'A12', priority: 1, what: 'at_hash that does not fit' },
  { id: 'A13', priority: 1, what: 'unknown signing key: one look for new ones' },
  { id: 'A14', priority: 1, what: 'signing key not named' },
  { id: 'A15', priority: 0, what: 'issuer of the callback differs (RFC 9207)' },
  { id: 'A16', priority: 0, what: 'two sign-ins at once, callbacks crossed' },
  { id: 'A17', priority: 1, what: 'discovery that names another issuer or host' },
  { id: 'A18', priority: 0, what: 'token endpoint that redirects' },
  { id: 'A19', priority: 1, what: 'scopes cut down, openid or ID token missing' },
  { id: 'A20', priority: 1, what: 'parameters given twice' },
  { id: 'A21', priority: 1, what: 'code sent twice after a lost answer' },
  { id: 'A22', priority: 1, what: 'odd characters in hints' },
  { id: 'A23', priority: 1, what: 'app client secret' },
  { id: 'B24', priority: 0, what: 'listener reachable from the network' },
  { id: 'B25', priority: 0, what: 'callback port taken' },
  { id: 'B26', priority: 0, what: 'port held by another program on one loopback family' },
  { id: 'B27', priority: 0, what: 'browser opened before the port is held' },
  { id: 'B28', priority: 0, what: 'DNS rebinding: a Host that is not loopback' },
  { id: 'B29', priority: 0, what: 'other paths, methods and forms of request' },
  { id: 'B30', priority: 0, what: 'error callback with and without state' },
  { id: 'B31', priority: 0, what: 'HTML and scripts in error texts; page headers' },
  { id: 'B32', priority: 0, what: 'the same texts on the terminal' },
  { id: 'B33', priority: 0, what: 'many valid callbacks at once' },
  { id: 'B34', priority: 0, what: 'slow connections that hold the listener' },
  { id: 'B35', priority: 1, what: 'oversized, smuggled and garbled requests' },
  { id: 'B36', priority: 0, what: 'no callback at all' },
  { id: 'B37', priority: 0, what: 'interruption while waiting' },
  { id: 'B38', priority: 1, what: "browser's open connections hold up the exit" },
  { id: 'B39', priority: 1, what: 'requests from web pages' },
  { id: 'B40', priority: 1, what: 'code left in the browser history' },
  { id: 'B41', priority: 1, what: 'success shown before the tokens were verified' },
  { id: 'B42', priority: 1, what: 'open redirect after the sign-in' },
  { id: 'B43', priority: 2, what: 'one address family only' },
  { id: 'B44', priority: 2, what: 'proxy settings and loopback' },
  { id: 'C45', priority: 0, what: 'shell characters in the URL that is opened' },
  { id: 'C46', priority: 0, what: 'planted launcher in the working folder or PATH' },
  { id: 'C47', priority: 0, what: 'domain with another scheme' },
  { id: 'C48', priority: 1, what: 'look-alike domains' },
  { id: 'C49', priority: 0, what: 'credentials in the environment of the browser' },
  { id: 'C50', priority: 1, what: 'browser absent, failing, hanging or noisy' },
  { id: 'C51', priority: 1, what: 'browser started as root' },
  { id: 'D52', priority: 0, what: 'umask 000' },
  { id: 'D53', priority: 0, what: 'loose modes, files of other owners' },
  { id: 'D54', priority: 0, what: 'symlink, FIFO, folder or device in place of a file' },
  { id: 'D55', priority: 0, what: 'hard link to an entry' },
  { id: 'D56', priority: 0, what: 'temporary names made beforehand' },
  { id: 'D57', priority: 0, what: 'crash at any system call of a write' },
  { id: 'D58', priority: 0, what: 'disk full, read-only or failing' },
  { id: 'D59', priority: 0, what: 'truncated, empty, garbage, huge or future entries' },
  { id: 'D60', priority: 0, what: 'changed domain: an old refresh token sent elsewhere' },
  { id: 'D61', priority: 0, what: 'keychain locked, refusing, absent or silent' },
  { id: 'D62', priority: 1, what: 'size limit of a keychain item' },
  { id: 'D63', priority: 1, what: 'secret in the arguments of a keychain program' },
  { id: 'D64', priority: 0, what: 'what a logout leaves behind' },
  { id: 'D65', priority: 1, what: 'profile names as file names' },
  { id: 'D66', priority: 1, what: 'HOME or XDG folders unset, relative or unwritable' },
  { id: 'D67', priority: 1, what: 'any byte of a sealed file flipped' },
  { id: 'D68', priority: 2, what: 'secrets in reports of the runtime' },
  { id: 'E69', priority: 0, what: 'many processes, expired session, rotation without grace' },
  { id: 'E70', priority: 0, what: 'many processes, nobody signed in, a browser allowed' },
  { id: 'E71', priority: 0, what: 'many processes, nobody signed in' },
  { id: 'E72', priority: 0, what: 'lock holder killed or stopped' },
  { id: 'E73', priority: 0, what: 'killed between rotation and write' },
  { id: 'E74', priority: 0, what: 'refresh token refused that a sibling has rotated' },
  { id: 'E75', priority: 0, what: 'answer lost, 5xx, 429, captive portal during a refresh' },
  { id: 'E76', priority: 0, what: 'only invalid_grant ends a session, and only that one' },
  { id: 'E77', priority: 1, what: 'another version of poolkey on the same vault' },
  { id: 'E78', priority: 1, what: 'file systems without links, other hosts and namespaces' },
  { id: 'E79', priority: 1, what: 'reused process numbers, locks from before a restart' },
  { id: 'E80', priority: 1, what: 'renewal fails while credentials still live' },
  { id: 'E81', priority: 1, what: 'clocks that are off, or jump' },
  { id: 'E82', priority: 1, what: 'expiration absent, past or unreadable' },
  { id: 'E83', priority: 0, what: 'a server of credentials crossing their expiry' },
  { id: 'E84', priority: 2, what: 'many hosts told to slow down' },
  { id: 'F88', priority: 0, what: 'values that would run as commands in a shell' },
  { id: 'F89', priority: 0, what: 'half an answer evaluated after a failure' },
  { id: 'F90', priority: 0, what: 'credentials with characters that none have' },
  { id: 'F91', priority: 0, what: 'odd names and other sections of the credentials file' },
  { id: 'F92', priority: 0, what: 'many editors of one file at once' },
  {
    id: 'F93',
    priority: 0,
    what: "keys over somebody else's section, or over a profile's other credentials",
  },
  { id: 'F94', priority: 0, what: 'mode of the credentials file' },
  { id: 'F95', priority: 1, what: 'a credential_process line that tools read differently' },
  { id: 'F96', priority: 0, what: 'exec that changes arguments, exit code, signals or terminal' },
  { id: 'F97', priority: 0, what: "older credentials, or poolkey's own secrets, in a program's environment" },
  { id: 'F98', priority: 1, what: 'programs that are not there, cannot be run, or are batch files' },
  { id: 'F99', priority: 1, what: 'exec inside exec' },
  { id: 'F100', priority: 1, what: 'secrets shown on a terminal' },
  { id: 'G101', priority: 0, what: 'endpoint without token, or with a guess' },
  { id: 'G102', priority: 0, what: 'token compared by its beginning, case or blanks' },
  { id: 'G103', priority: 0, what: 'web pages at the endpoint: rebinding, Origin, preflight' },
  { id: 'G104', priority: 0, what: 'token in arguments, URLs, logs or a loose file' },
  { id: 'G105', priority: 0, what: 'endpoint reachable from the network' },
  { id: 'G106', priority: 1, what: 'other roles by the path' },
  { id: 'G107', priority: 1, what: 'load, slow connections, large headers' },
  { id: 'G108', priority: 1, what: 'command or poolkey gone; AWS failing behind the endpoint' },
  { id: 'G109', priority: 1, what: 'what real SDKs accept for a URL' },
  {
    id: 'G110',
    priority: 2,
    what: 'the endpoint from a container',
    notApplicable: 'SDKs refuse plain http to a gateway address; the README says what works',
  },
  { id: 'H111', priority: 0, what: 'terminal escapes in texts of servers and files' },
  { id: 'H112', priority: 0, what: 'secrets in traces' },
  { id: 'H113', priority: 0, what: 'uncaught errors with requests hanging on them' },
  { id: 'H114', priority: 0, what: 'secrets in arguments' },
  { id: 'I118', priority: 0, what: "the console's sign-in link in arguments, URLs and traces" },
  { id: 'I119', priority: 1, what: 'a destination that is not the console' },
  { id: 'I120', priority: 1, what: 'session duration refused for chained roles; life of the link' },
  { id: 'J121', priority: 0, what: 'code in a file to import' },
  { id: 'J122', priority: 0, what: 'hostile data in a file to import: names, size, depth, doubles' },
  { id: 'J123', priority: 0, what: 'a folder prepared by somebody else' },
  { id: 'J124', priority: 0, what: 'endpoint overrides without TLS, unchecked certificates' },
  {
    id: 'J126',
    priority: 0,
    what: 'the package: foreign files, install scripts, unlocked dependencies, a build that is not its sources',
  },
  { id: 'J127', priority: 1, what: 'noise for parsers' },
]

/** What shows a case: the names of the tests that carry it, by their files. A table of `test.each` is one name. */
export type Shown = Map<string, string[]>

/** What shows each case, by case. */
export function shownByCase(): Map<string, Shown> {
  const files = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.test.ts'),
  )
  const found = new Map<string, Shown>()
  for (const file of files.sort()) {
    const text = readFileSync(join(root, 'test', file), 'utf8')
    // Cases stand at the beginning of a name or title: 'D57: ...', 'A3, B28: ...'.
    for (const [, ids = '', rest = ''] of text.matchAll(/['"`]((?:[A-J]\d{1,3}(?:, )?)+)(:[^\n]*|['"`])/g)) {
      for (const id of ids.split(', ')) {
        const shown = found.get(id) ?? new Map<string, string[]>()
        found.set(id, shown.set(file, [...(shown.get(file) ?? []), rest]))
      }
    }
  }
  return found
}

/** SECURITY.md's table, with the sums above it. */
export function caseTable(): string {
  const shown = shownByCase()
  const rows = ATTACK_CASES.map(({ id, priority, what, notApplicable }) => {
    const where =
      notApplicable === undefined
        ? [...(shown.get(id)?.keys() ?? [])].join(', ')
        : `does not apply: ${notApplicable}`
    return `| ${id} | P${priority} | ${what} | ${where} |`
  })
  return [
    ...[0, 1, 2].map((priority) => sumOf(priority, shown)),
    '',
    '| case | | attack or fault | shown by (in `test/`) |',
    '|---|---|---|---|',
    ...rows,
  ].join('\n')
}

function sumOf(priority: number, shown: Map<string, Shown>): string {
  const cases = ATTACK_CASES.filter((one) => one.priority === priority)
  const idle = cases.filter(({ notApplicable }) => notApplicable !== undefined).length
  const tests = cases.flatMap(({ id }) => [...(shown.get(id)?.values() ?? [])].flat()).length
  return `- P${priority}: ${cases.length} cases, ${cases.length - idle} shown by ${tests} tests, ${idle} not applicable`
}
