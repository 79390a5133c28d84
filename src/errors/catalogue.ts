/**
 * Every failure in words: what happened, what mends it, how the process ends. One wording for the terminal, JSON and
 * doctor; each subject has a table of its own.
 */
import type { Profile } from '../profile/profile.ts'
import { CONFIGURATION_WORDINGS } from './configuration-wordings.ts'
import { FREE_SPACE } from './explanation.ts'
import type { Wording, Wordings } from './explanation.ts'
import { NETWORK_WORDINGS } from './network-wordings.ts'
import { OUTLET_WORDINGS } from './outlet-wordings.ts'
import { plainText } from './plain-text.ts'
import type { ErrorCode, PoolkeyError } from './poolkey-error.ts'
import { PROGRAM_WORDINGS } from './program-wordings.ts'
import { REFUSAL_WORDINGS } from './refusal-wordings.ts'
import { VAULT_WORDINGS } from './vault-wordings.ts'

export interface Explanation {
  what: string
  fix: string | undefined
  exitCode: number
}

/** What a person is told. `profile` fills in ids where it is known. Everything is safe to print. */
export function explainError<C extends ErrorCode>(error: PoolkeyError<C>, profile?: Profile): Explanation {
  const wording: Wording<C> = WORDINGS[error.code]
  const fix = wording.fix?.(error.facts, profile)
  return {
    what: plainText(wording.what(error.facts, profile)),
    fix: fix === undefined ? undefined : plainText(fix),
    exitCode: typeof wording.exitCode === 'number' ? wording.exitCode : wording.exitCode(error.facts),
  }
}

const WORDINGS: Wordings<ErrorCode> = {
  ...CONFIGURATION_WORDINGS,
  ...REFUSAL_WORDINGS,
  ...NETWORK_WORDINGS,
  ...VAULT_WORDINGS,
  ...PROGRAM_WORDINGS,
  ...OUTLET_WORDINGS,

  // Whoever stopped reading, as `head` does, knows why.
  'output-closed': {
    exitCode: 1,
    what: ({ errno }) =>
      errno === 'EPIPE' ? 'nobody reads the output any more' : `cannot write the output (${errno})`,
    fix: ({ errno }) => (errno === 'ENOSPC' || errno === 'EDQUOT' ? FREE_SPACE : undefined),
  },

  // Whoever ended it knows why: there is nothing to mend.
  interrupted: {
    exitCode: ({ signal }) => (({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129, SIGQUIT: 131 }) as const)[signal],
    what: ({ signal }) => `ended by ${signal}`,
  },
}
