/** What a test found out about a link of the chain. Pure. */
import { explainError } from '../errors/catalogue.ts'
import { plainText } from '../errors/plain-text.ts'
import { isPoolkeyError } from '../errors/poolkey-error.ts'
import type { PoolkeyError } from '../errors/poolkey-error.ts'
import type { Profile } from '../profile/profile.ts'
import type { PrivateWord } from './public-text.ts'
import { stepsFor } from './steps.ts'

// Servers may say anything.
const LONGEST_DETAIL = 2000

/** Either; `isTrouble` tells which. */
export type Finding = Fine | Trouble

/** Something that holds, or that was not tried. */
export interface Fine {
  state: 'ok' | 'skipped'
  text: string
  /** What in the text is a person's, or of a person's choice. */
  names?: PrivateWord[]
}

/** Something that is broken, or that will be. */
export interface Trouble {
  state: 'failed' | 'warning'
  /** One of the catalogue's, or of a test's own. */
  code: string
  /** What was answered, in the answerer's own words, where somebody answered. */
  detail?: string
  cause: string
  fix: string | undefined
  /** Commands to paste, and places in the AWS console. */
  steps: string[]
  /** Of `doctor`, should this be the first that failed. */
  exitCode: number
}

/** Whether something is broken, or will be. */
export function isTrouble(finding: Finding): finding is Trouble {
  return 'code' in finding
}

/** Something that holds; `names` are the person's own in the text. */
export function fine(text: string, names: PrivateWord[] = []): Fine {
  return { state: 'ok', text, ...(names.length === 0 ? {} : { names }) }
}

/** Something that was not tried. */
export function skipped(text: string): Fine {
  return { state: 'skipped', text }
}

/** A failure as the catalogue words it, with the steps that mend it. */
export function troubleOf(error: PoolkeyError, profile: Profile | undefined): Trouble {
  const { what, fix, exitCode } = explainError(error, profile)
  const detail = isPoolkeyError(error, 'service-refused')
    ? plainText(
        `${error.facts.operation} answered ${error.facts.name}: ${error.facts.message}`,
        LONGEST_DETAIL,
      )
    : undefined
  return {
    ...{ state: 'failed', code: error.code, cause: what, fix, steps: stepsFor(error, profile), exitCode },
    ...(detail === undefined ? {} : { detail }),
  }
}

/** A configuration that AWS tools do not take as it is meant (exit 3). */
export function misconfigured(
  trouble: Pick<Trouble, 'code' | 'cause' | 'fix'> & Partial<Pick<Trouble, 'steps' | 'state'>>,
): Trouble {
  return { state: 'failed', steps: [], exitCode: 3, ...trouble }
}
