import type { Emulator } from '../../../src/emulator/emulator.ts'
import { signInHeadlessly } from '../../../src/emulator/headless-browser.ts'

export interface Person {
  username: string
  password: string
}

/** Somebody signs in at an authorize URL; the callback is caught on its way, and handed over instead of delivered. */
export async function interceptCallback(
  emulator: Emulator,
  authorizeUrl: URL,
  { username, password }: Person = emulator.user,
): Promise<URL> {
  let caught: string | undefined
  emulator.faults.set('login', {
    kind: 'alter',
    alter: ({ headers }) => {
      caught = String(headers['Location'])
      return { status: 200, headers: {}, body: '' }
    },
  })
  await signInHeadlessly({ authorizeUrl: authorizeUrl.href, username, password })
  if (caught === undefined) throw new Error('nobody signed in')
  return new URL(caught)
}

/** A URL with parameters replaced or (null) left out. */
export function withParameters(url: URL, change: Record<string, string | null>): URL {
  const changed = new URL(url)
  for (const [name, value] of Object.entries(change)) {
    if (value === null) changed.searchParams.delete(name)
    else changed.searchParams.set(name, value)
  }
  return changed
}
