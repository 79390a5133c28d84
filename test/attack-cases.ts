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
  what: string
  /** Why it does not apply, in place of a test. */
  notApplicable?: string
}

const root = fileURLToPath(new URL('..', import.meta.url))

// The letters: A authorization and OIDC, B callback listener, C browser, D vault and files, E refresh and concurrency,
// H terminal and diagnostics, J configuration.
export const ATTACK_CASES: AttackCase[] = [
  { id: 'A1', what: 'weak or repeated state, nonce or verifier' },
  { id: 'A2', what: 'PKCE left out or downgraded to plain' },
  { id: 'A3', what: 'callback state missing, wrong, cut, doubled or in another case' },
  { id: 'A4', what: "code of somebody else's sign-in: state, nonce and PKCE each stop it alone" },
  { id: 'A5', what: 'nonce missing or wrong' },
  { id: 'A6', what: 'ID token unsigned, signed with a shared secret, by another algorithm, or wrongly' },
  { id: 'A7', what: 'another issuer' },
  { id: 'A8', what: 'another audience, none, or several' },
  { id: 'A9', what: "access token in the ID token's place" },
  { id: 'A11', what: 'refresh that answers with another person or issuer' },
  { id: 'A15', what: 'issuer of the callback differs (RFC 9207)' },
  { id: 'A16', what: 'two sign-ins at once, callbacks crossed' },
  { id: 'A18', what: 'token endpoint that redirects' },
  { id: 'B24', what: 'listener reachable from the network' },
  { id: 'B25', what: 'callback port taken' },
  { id: 'B26', what: 'port held by another program on one loopback family' },
  { id: 'B27', what: 'browser opened before the port is held' },
  { id: 'B28', what: 'DNS rebinding: a Host that is not loopback' },
  { id: 'B29', what: 'other paths, methods and forms of request' },
  { id: 'B30', what: 'error callback with and without state' },
  { id: 'B31', what: 'HTML and scripts in error texts; page headers' },
  { id: 'B32', what: 'the same texts on the terminal' },
  { id: 'B33', what: 'many valid callbacks at once' },
  { id: 'B34', what: 'slow connections that hold the listener' },
  { id: 'B35', what: 'oversized, smuggled and garbled requests' },
  { id: 'B36', what: 'no callback at all' },
  { id: 'B37', what: 'interruption while waiting' },
  { id: 'B38', what: "browser's open connections hold up the exit" },
  { id: 'B39', what: 'requests from web pages' },
  { id: 'B40', what: 'code left in the browser history' },
  { id: 'B41', what: 'success shown before the tokens were verified' },
  { id: 'B42', what: 'open redirect after the sign-in' },
  { id: 'B44', what: 'proxy settings and loopback' },
  { id: 'C45', what: 'shell characters in the URL that is opened' },
  { id: 'C46', what: 'planted launcher in the working folder or PATH' },
  { id: 'C47', what: 'domain with another scheme' },
  { id: 'C49', what: 'credentials in the environment of the browser' },
  { id: 'D52', what: 'umask 000' },
  { id: 'D53', what: 'loose modes, files of other owners' },
  { id: 'D54', what: 'symlink, FIFO, folder or device in place of a file' },
  { id: 'D55', what: 'hard link to an entry' },
  { id: 'D56', what: 'temporary names made beforehand' },
  { id: 'D57', what: 'crash at any system call of a write' },
  { id: 'D58', what: 'disk full, read-only or failing' },
  { id: 'D59', what: 'truncated, empty, garbage, huge or future entries' },
  { id: 'D60', what: 'changed domain: an old refresh token sent elsewhere' },
  { id: 'D61', what: 'keychain locked, refusing, absent or silent' },
  {
    id: 'D62',
    what: 'size limit of a keychain item',
    notApplicable: 'the keychain holds one key of 44 characters; everything else is in sealed files',
  },
  {
    id: 'D63',
    what: 'secret in the arguments of a keychain program',
    notApplicable: 'no such program is run: the library is called in a helper process, through pipes',
  },
  { id: 'D64', what: 'what a logout leaves behind' },
  { id: 'D65', what: 'profile names as file names' },
  { id: 'D66', what: 'HOME or XDG folders unset, relative or unwritable' },
  { id: 'D67', what: 'any byte of a sealed file flipped' },
  { id: 'E69', what: 'many processes, expired session, rotation without grace' },
  { id: 'E70', what: 'many processes, nobody signed in, a browser allowed' },
  { id: 'E71', what: 'many processes, nobody signed in' },
  { id: 'E72', what: 'lock holder killed or stopped' },
  { id: 'E73', what: 'killed between rotation and write' },
  { id: 'E74', what: 'refresh token refused that a sibling has rotated' },
  { id: 'E75', what: 'answer lost, 5xx, 429, captive portal during a refresh' },
  { id: 'E76', what: 'only invalid_grant ends a session, and only that one' },
  { id: 'E77', what: 'another version of poolkey on the same vault' },
  { id: 'E78', what: 'file systems without links, other hosts and namespaces' },
  { id: 'E79', what: 'reused process numbers, locks from before a restart' },
  { id: 'E80', what: 'renewal fails while credentials still live' },
  { id: 'E81', what: 'clocks that are off, or jump' },
  { id: 'E82', what: 'expiration absent, past or unreadable' },
  {
    id: 'E83',
    what: 'a server of credentials crossing their expiry',
    notApplicable: 'there is no such server yet',
  },
  { id: 'H111', what: 'terminal escapes in texts of servers and files' },
  { id: 'H112', what: 'secrets in traces' },
  { id: 'H113', what: 'uncaught errors with requests hanging on them' },
  { id: 'H114', what: 'secrets in arguments' },
  { id: 'J123', what: 'a folder prepared by somebody else' },
  { id: 'J124', what: 'endpoint overrides without TLS, unchecked certificates' },
]

/** The test files whose tests name a case, by case. */
export function filesByCase(): Map<string, string[]> {
  const files = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.test.ts'),
  )
  const found = new Map<string, string[]>()
  for (const file of files.sort()) {
    const text = readFileSync(join(root, 'test', file), 'utf8')
    // Cases stand at the beginning of a name or title: 'D57: ...', 'A3, B28: ...'.
    const named = [...text.matchAll(/['"`]((?:[A-J]\d{1,3}(?:, )?)+)(?::|['"`])/g)].flatMap(([, ids]) =>
      (ids ?? '').split(', '),
    )
    for (const id of new Set(named)) found.set(id, [...(found.get(id) ?? []), file])
  }
  return found
}

/** SECURITY.md's table. */
export function caseTable(): string {
  const files = filesByCase()
  const rows = ATTACK_CASES.map(({ id, what, notApplicable }) => {
    const shown =
      notApplicable === undefined ? (files.get(id) ?? []).join(', ') : `does not apply: ${notApplicable}`
    return `| ${id} | ${what} | ${shown} |`
  })
  return ['| case | attack or fault | shown by (in `test/`) |', '|---|---|---|', ...rows].join('\n')
}
