import { PoolkeyError } from '../../src/errors/poolkey-error.ts'

/** The code and facts that `act` fails with; fails itself when nothing, or something else, is thrown. */
export function failureOf(act: () => unknown): { code: string; facts: unknown } {
  try {
    act()
  } catch (error) {
    if (!(error instanceof PoolkeyError)) throw error
    const { code, facts } = error as PoolkeyError
    return { code, facts }
  }
  throw new Error('nothing was thrown')
}
