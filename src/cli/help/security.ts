/** What `poolkey help security` says. SECURITY.md has the whole of it. Pure. */
import type { Block } from './page.ts'

/** The blocks of that page. */
export const SECURITY: Block[] = [
  {
    heading: 'Where secrets live',
    text: 'Tokens, credentials and client secrets are sealed (AES-256-GCM) in files of mode 0600 in the state folder: $XDG_STATE_HOME/poolkey (~/.local/state/poolkey), on macOS ~/Library/Application Support/poolkey, on Windows %LOCALAPPDATA%\\poolkey, or POOLKEY_HOME. The key that opens them is random, and elsewhere:',
    terms: [
      { term: 'keychain', meaning: "in the system's keychain (the default)" },
      {
        term: 'passphrase',
        meaning: 'wrapped under a passphrase, through scrypt: login --store passphrase',
      },
      { term: 'file', meaning: 'in a file of mode 0600, by your choice alone: login --store file' },
    ],
  },
  {
    text: 'Without a keychain poolkey stops (exit 7); it never takes a weaker store by itself. configure store moves the key. Nothing secret stands in arguments, URLs, logs, debug output or error texts.',
  },
  {
    heading: 'Defended against',
    terms: [
      { term: 'other users', meaning: 'of this machine: modes and owners of files are checked' },
      { term: 'web pages', meaning: 'the callback needs state, nonce and PKCE, each of them' },
      { term: 'the network', meaning: 'TLS everywhere but on loopback; tokens are verified in full' },
      { term: 'backups', meaning: 'and synced homes: what is on disk is sealed' },
      { term: 'hostile text', meaning: 'from servers and files is escaped before it is shown' },
    ],
  },
  {
    heading: 'Not defended against',
    text: 'Programs that run as you, and root: they can ask the keychain, read environments, or run poolkey. What env, exec and write hand out is in the clear where they put it.',
  },
  {
    heading: 'To take it back',
    text: 'poolkey logout revokes the session and wipes what was made from it; poolkey logout --all wipes everything. Credentials that were handed out live until they expire: logout says until when.',
  },
  { text: 'More, and how to report a vulnerability: SECURITY.md in the package.' },
]
