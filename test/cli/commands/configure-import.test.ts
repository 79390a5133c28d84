import { writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { configureImport } from '../../../src/cli/commands/configure-import.ts'
import type { ConfigureImportOptions } from '../../../src/cli/commands/configure-import.ts'
import type { ConfigureContext } from '../../../src/cli/commands/configure-profile.ts'
import { PoolkeyError } from '../../../src/errors/poolkey-error.ts'
import { parseProfile } from '../../../src/profile/parse-profile.ts'
import { temporaryFolder } from '../../vault/temporary-folder.ts'
import { refusalOf } from '../../vault/refusal.ts'
import { recordedTerminal } from './recorded-terminal.ts'

const POOL = 'eu-west-1_AbCdEf123'
const [CLIENT, OTHER] = ['1example23456789abcdefghij', '9other123456789abcdefghijk'] as const
const DOMAIN = 'acme.auth.eu-west-1.amazoncognito.com'
const TWO_CLIENTS = {
  Web: { UserPoolId: POOL, WebClientId: CLIENT },
  Mobile: { UserPoolId: POOL, MobileClientId: OTHER },
}
const WITH_SECRET = { UserPoolId: POOL, UserPoolClientId: CLIENT, UserPoolClientSecret: 's'.repeat(52) }

/** What the command asks, says and would write; the writing itself is declined. */
function imported(document: object, options: ConfigureImportOptions = {}, replies?: string[]) {
  const source = `${temporaryFolder()}/outputs.json`
  writeFileSync(source, JSON.stringify(document))
  const { terminal, said } = recordedTerminal(replies ? { replies } : {})
  const notHere = () => expect.fail('nothing is written, and nobody signs in')
  const files = { configFile: 'config', configText: '', credentialsFile: 'credentials', credentialsText: '' }
  const interrupted = new AbortController().signal
  const context = {
    ...{ terminal, interrupted, env: {}, platform: 'linux', selfCommand: ['/usr/bin/poolkey'] },
    ...{
      openHttp: () => ({ request: () => Promise.reject(NO_NETWORK), close: () => undefined }),
    },
    profiles: { name: () => Promise.resolve('dev') },
    configFile: {
      read: () => Promise.resolve(files),
      parse: (now: { configText: string }, name: string) =>
        Promise.resolve(parseProfile({ ...files, ...now, name, env: {}, readFile: () => '' })),
      edit: notHere,
    },
  } as unknown as ConfigureContext
  return { done: configureImport(context, options, source), said }
}

const NO_NETWORK = new PoolkeyError('network', {
  ...{ host: 'cognito', operation: 'the check', kind: 'connect', detail: 'ECONNREFUSED' },
})
/** What was said by the time that the writing was declined, or could not be agreed to. */
async function saidOf(...asked: Parameters<typeof imported>): Promise<string[]> {
  const { done, said } = imported(...asked)
  await done.catch((error: unknown) => {
    expect(error).toMatchObject({ code: 'usage' })
  })
  return said
}

const DOMAIN_FLAG: ConfigureImportOptions & { domain: string } = { domain: DOMAIN }

describe('several values for one key', () => {
  test.each([
    ['its number', ' 2 '],
    ['itself', OTHER],
  ])('are shown with their places, and one is chosen by %s', async (_, reply) => {
    const said = await saidOf(TWO_CLIENTS, DOMAIN_FLAG, [reply])
    expect(said).toEqual(
      expect.arrayContaining([
        'There are several values for cognito_client_id:',
        `  1  ${CLIENT}  from Web.WebClientId`,
        `  2  ${OTHER}  from Mobile.MobileClientId`,
        'Which one (1 to 2)? ',
        `+cognito_client_id = ${OTHER}`,
      ]),
    )
  })

  test.each([
    ['nothing is answered', ['']],
    ['Ctrl-D is', []],
    ['there is no such number', ['3']],
    ['nobody can be asked', undefined],
  ])('are wrong usage where %s: a flag names one', async (_, replies) => {
    expect(await refusalOf(() => imported(TWO_CLIENTS, DOMAIN_FLAG, replies).done)).toMatchObject({
      code: 'usage',
      problem: `there are several values for cognito_client_id: ${CLIENT} (Web.WebClientId), ${OTHER} (Mobile.MobileClientId)`,
      fix: 'name one: --client-id VALUE',
    })
  })
})

describe("an app client's secret", () => {
  const QUESTION = /^The app client's secret is in it \(.*\)\. Seal it in the vault\?/
  const SEALED = /goes into the vault, not into the profile; keep the file from others\.$/

  test('is sealed if a person agrees', async () => {
    const said = await saidOf(WITH_SECRET, DOMAIN_FLAG, ['y'])
    expect(said).toContainEqual(expect.stringMatching(QUESTION))
    expect(said).toContainEqual(expect.stringMatching(SEALED))
  })

  test('is left where it is if nobody does', async () => {
    const said = await saidOf(WITH_SECRET, DOMAIN_FLAG, ['n'])
    expect(said).toContainEqual(expect.stringMatching(QUESTION))
    expect(said).not.toContainEqual(expect.stringMatching(SEALED))
  })

  test('is taken unasked where nobody can be asked', async () => {
    const said = await saidOf(WITH_SECRET, DOMAIN_FLAG)
    expect(said).not.toContainEqual(expect.stringMatching(QUESTION))
    expect(said).toContainEqual(expect.stringMatching(SEALED))
  })
})
