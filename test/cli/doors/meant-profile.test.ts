import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { meantProfile } from '../../../src/cli/doors/meant-profile.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'poolkey-meant-'))
  const own = (name: string) => `[profile ${name}]\ncognito_client_id = 1abc\n`
  writeFileSync(join(folder, 'config'), own('dev') + own('prod'))
})
afterAll(() => {
  rmSync(folder, { recursive: true })
})

/** Which is meant by a command line and an environment, with a person at the terminal who picks the second of two. */
function meantBy(given: { flag?: string; env?: Record<string, string>; canAsk?: boolean }) {
  let asked = 0
  const meant = meantProfile({
    flag: given.flag,
    files: {
      env: {
        ...given.env,
        AWS_CONFIG_FILE: join(folder, 'config'),
        AWS_SHARED_CREDENTIALS_FILE: join(folder, 'none'),
      },
      homeFolder: () => folder,
    },
    terminal: {
      canAsk: given.canAsk ?? true,
      say: () => undefined,
      ask: () => {
        asked += 1
        return Promise.resolve('2')
      },
    },
    signal: new AbortController().signal,
  })
  return { meant, timesAsked: () => asked }
}

describe('a profile that is named', () => {
  test.each([
    { by: '--profile', flag: 'a', env: { AWS_PROFILE: 'b', AWS_DEFAULT_PROFILE: 'c' }, name: 'a' },
    { by: 'AWS_PROFILE', env: { AWS_PROFILE: 'b', AWS_DEFAULT_PROFILE: 'c' }, name: 'b' },
    {
      by: 'AWS_DEFAULT_PROFILE where the other is empty',
      env: { AWS_PROFILE: '', AWS_DEFAULT_PROFILE: 'c' },
      name: 'c',
    },
  ])('by $by is meant, and nobody is asked', async ({ name, ...given }) => {
    const { meant, timesAsked } = meantBy(given)
    await meant.pick()
    expect(await meant.name()).toBe(name)
    expect(meant.isNamed).toBe(true)
    expect(timesAsked()).toBe(0)
  })

  test('by what cannot be a name is refused', async () => {
    await expect(meantBy({ flag: 'a]b' }).meant.name()).rejects.toMatchObject({ code: 'usage' })
  })
})

describe('where none is named', () => {
  test('the one that a person picks is meant from then on', async () => {
    const { meant } = meantBy({})
    expect(await meant.name()).toBe('default')
    await meant.pick()
    expect(await meant.name()).toBe('prod')
    expect(meant.isNamed).toBe(false)
  })

  test.each([
    { why: 'there is nobody to ask', canAsk: false },
    { why: 'an exec around this has taken AWS_PROFILE away', env: { INSIDE_POOLKEY: 'dev' } },
  ])('it is default where $why', async (given) => {
    const { meant, timesAsked } = meantBy(given)
    await meant.pick()
    expect(await meant.name()).toBe('default')
    expect(timesAsked()).toBe(0)
  })
})

describe('inside of exec', () => {
  const env = { INSIDE_POOLKEY: 'dev' }

  test('its profile is told for a default that nobody named', () => {
    expect(meantBy({ env }).meant.outerOf('default')).toBe('dev')
  })

  test('and for nothing that was named', () => {
    expect(meantBy({ env }).meant.outerOf('prod')).toBeUndefined()
    expect(meantBy({ env, flag: 'default' }).meant.outerOf('default')).toBeUndefined()
    expect(meantBy({}).meant.outerOf('default')).toBeUndefined()
  })
})
