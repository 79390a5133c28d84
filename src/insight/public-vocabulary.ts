/**
 * Words that poolkey's own findings are made of and that somebody may also call a profile, a role or a user by. Pure. A mark in the
 * place of such a word within a sentence would spoil the sentence and, as the rest of it stands, tell the name.
 */
const OWN_WORDS = new Set(
  `access account address allow alias answer api app application authority auto aws basic begin bound browser bucket cache
  call callback certificate chain check cli client clients clock code cognito command config configuration configure console
  container credential credentials demo desktop device doctor domain duration email emulate emulator endpoint enhanced
  environment everybody exchange exec external failed federation file find firewall first flow folder form found
  general given group groups guest here home host hosted http https identity import internet issuer key keychain
  keyring keys known library line link local locked login logout loopback machine main management mapping message mode
  name names network nobody none normal one open openid other others page pages password permission person place policies
  policy pool poolkey pools port portal process profile program prompt provider proxy public read ready region remote request
  role roles root same scope second secret secure security server service session sessions setting settings shared shell sign
  source start state status store sts such system temporary terminal test their this time token tokens tool tools trust
  trusted unknown url use user users value variable vault way web work works write you`.split(/\s+/),
)

/** Whether a word, in whatever case, is one of poolkey's own. */
export function isOwnWord(word: string): boolean {
  return OWN_WORDS.has(word.toLowerCase())
}

/**
 * A lookbehind for where such a word stands as a name: after `--profile` and `profile` (or `role`, for one), in brackets, quotes,
 * settings and paths, among the known profiles, as the one that was probably meant.
 */
export function namingPosition(kind: string): string {
  const noun = kind === 'role' ? '[Rr]ole ' : '[Pp]rofile '
  // Text is looked at between marks: of a list of names that has one already, the rest is left.
  return `(?<=${noun}|\\[|["'=/]|= |inherited by |[Dd]id you mean |(?:known: |^, )(?:[^\\s,]+, )*)`
}
