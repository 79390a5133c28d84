/** The value of a `credential_process` key, quoted so that every SDK reads the same words from it. Pure. */
import { PoolkeyError } from '../errors/poolkey-error.ts'

/** `program`: the absolute words that run poolkey; `platform` decides how words are quoted. */
export interface ProcessLine {
  program: string[]
  profile: string
  platform: NodeJS.Platform
}

/**
 * The line for a profile. Some SDKs hand it to a shell, others split it themselves: no word needs more than quotes, which are
 * single on POSIX (SDKs for Go cut a value that begins with a double quote at the second one) and double on Windows.
 * Throws `usage` for a path or a name that no quotes keep whole.
 */
export function credentialProcessLine({ program, profile, platform }: ProcessLine): string {
  return [...program, 'credential-process', '--profile', profile]
    .map((word) => quotedWord(word, platform))
    .join(' ')
}

function quotedWord(word: string, platform: NodeJS.Platform): string {
  const isWindows = platform === 'win32'
  if ((isWindows ? /^[\w.:\\/+=,@-]+$/ : /^[\w./:@%+=,-]+$/).test(word)) return word
  // A shell expands these within its quotes; ` #` and ` ;` begin a comment for SDKs, quotes or not.
  const risky = isWindows ? /["%`$]|\p{C}|(?:^|\s)[#;]|\\$/u : /['"`$\\]|\p{C}|(?:^|\s)[#;]/u
  if (word === '' || risky.test(word)) {
    throw new PoolkeyError('usage', {
      problem: `"${word}" cannot stand in a credential_process line: some AWS tools would read it differently`,
      fix: 'choose a name, and install poolkey under a path, of letters, digits, spaces and any of - _ . / @ : + , =',
    })
  }
  return isWindows ? `"${word}"` : `'${word}'`
}
