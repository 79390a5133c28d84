import { PoolkeyError } from '../../src/errors/poolkey-error.ts'

/** The code and facts that `action` fails with, as one object to compare; fails the test when it does not throw ours. */
export async function refusalOf(action: () => unknown): Promise<object> {
  try {
    await action()
  } catch (error) {
    if (isOurs(error)) return { code: error.code, ...error.facts }
    throw error
  }
  throw new Error('it was not refused')
}

function isOurs(error: unknown): error is PoolkeyError {
  return error instanceof PoolkeyError
}
