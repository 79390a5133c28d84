import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { checkProcessLine } from '../../src/insight/tools-check.ts'
import { temporaryFolder } from '../vault/temporary-folder.ts'
import { sectionOf } from './section-of.ts'

const CREDENTIALS = JSON.stringify({ Version: 1, AccessKeyId: 'ASIAOURS', SecretAccessKey: 'x' })
const PRINTS = `echo '${CREDENTIALS}'`
const FINE = { state: 'ok', text: 'credential_process gives AWS tools credentials' }
const STEPS = ['poolkey configure --yes --profile dev']

/** A folder with programs of sh, each made of these lines. */
function programs(scripts: Record<string, string>): string {
  const folder = temporaryFolder()
  for (const [name, lines] of Object.entries(scripts)) {
    writeFileSync(`${folder}/${name}`, `#!/bin/sh\n${lines}\n`)
    chmodSync(`${folder}/${name}`, 0o755)
  }
  return folder
}

interface Asked {
  mayRun?: boolean
  isThisInstallation?: boolean
  path?: string
  signal?: AbortSignal
  limitMs?: number
}

function check(line: string | undefined, asked: Asked = {}) {
  const { mayRun = true, isThisInstallation = true, path = '', ...run } = asked
  const keys: Record<string, string> =
    line === undefined ? { region: 'eu-west-1' } : { credential_process: line }
  return checkProcessLine(sectionOf('dev', keys), {
    around: {
      env: { PATH: path },
      platform: 'linux',
      isThisInstallation: () => isThisInstallation,
    },
    mayRun,
    accessKeyId: 'ASIAOURS',
    signal: new AbortController().signal,
    ...run,
  })
}

const poolkey = (folder: string) => `${folder}/poolkey credential-process --profile dev`

test('a profile without a line is asked by no AWS tool, which is warned of', async () => {
  expect(await check(undefined)).toMatchObject([
    { state: 'warning', code: 'process-line-missing', steps: STEPS },
  ])
})

describe('a program that poolkey does not know', () => {
  test('is right if it gives the credentials that poolkey gives', async () => {
    expect(await check(`${programs({ ours: PRINTS })}/ours`)).toEqual([
      { state: 'ok', text: 'credential_process gives AWS tools the credentials of poolkey' },
    ])
  })

  test.each([
    ['gives those of somebody else', PRINTS.replace('ASIAOURS', 'ASIATHEIRS')],
    ['gives none', 'echo hello'],
  ])('is wrong if it %s', async (_, lines) => {
    expect(await check(`${programs({ other: lines })}/other`)).toMatchObject([
      { state: 'failed', cause: expect.stringContaining('does not run poolkey') as string },
    ])
  })

  test('is not run where there are no credentials to compare with', async () => {
    const folder = programs({ other: 'echo ran > "${0%/*}/trace"' })
    await check(`${folder}/other`, { mayRun: false })
    expect(existsSync(`${folder}/trace`)).toBe(false)
    await check(`${folder}/other`)
    expect(readFileSync(`${folder}/trace`, 'utf8')).toBe('ran\n')
  })
})

test('a line that is wrong already is not run', async () => {
  const folder = programs({ poolkey: 'echo ran > "${0%/*}/trace"' })
  expect(await check(`${poolkey(folder)} | cat`)).toMatchObject([{ state: 'failed', code: 'process-line' }])
  expect(existsSync(`${folder}/trace`)).toBe(false)
})

describe('the program of the line', () => {
  test('is this poolkey, and gives credentials', async () => {
    expect(await check(poolkey(programs({ poolkey: PRINTS })))).toEqual([
      { state: 'ok', text: 'credential_process runs this poolkey' },
      FINE,
    ])
  })

  test('is not run where there is nothing that it could give', async () => {
    expect(await check(poolkey(programs({ poolkey: PRINTS })), { mayRun: false })).toEqual([
      { state: 'ok', text: 'credential_process runs this poolkey' },
    ])
  })

  test('may be another poolkey than this one, which is warned of and tried', async () => {
    const folder = programs({ poolkey: PRINTS })
    expect(await check(poolkey(folder), { isThisInstallation: false })).toMatchObject([
      {
        ...{ state: 'warning', code: 'process-program', steps: STEPS },
        cause: `credential_process runs another poolkey than this one: ${folder}/poolkey`,
      },
      FINE,
    ])
  })

  test('may run poolkey in its turn', async () => {
    const folder = programs({ poolkey: PRINTS, wrap: 'shift; exec "$@"' })
    expect(await check(`${folder}/wrap run ${poolkey(folder)}`)).toEqual([
      { state: 'ok', text: `credential_process runs poolkey through ${folder}/wrap` },
      FINE,
    ])
  })

  test('without its folder is found in PATH, but not by tools that have another one', async () => {
    const path = programs({ poolkey: PRINTS })
    expect(await check('poolkey credential-process --profile dev', { path })).toMatchObject([
      {
        state: 'warning',
        cause: 'credential_process names poolkey without its folder: tools with another PATH do not find it',
      },
      FINE,
    ])
  })

  test.each([
    ['an absent one', () => undefined],
    [
      'a folder',
      (path: string) => {
        mkdirSync(path)
      },
    ],
    [
      'a file that may not be run',
      (path: string) => {
        writeFileSync(path, PRINTS, { mode: 0o600 })
      },
    ],
  ])('cannot be %s, whether named by its path or sought in PATH', async (_, make) => {
    const folder = temporaryFolder()
    make(`${folder}/poolkey`)
    for (const first of [`${folder}/poolkey`, 'poolkey'])
      expect(await check(`${first} credential-process --profile dev`, { path: folder })).toMatchObject([
        {
          ...{ state: 'failed', code: 'process-program', steps: STEPS },
          cause: `credential_process names ${first}, which is not there to be run`,
        },
      ])
  })

  test.each([
    ['is gone', ''],
    ['lies below what is no folder', '/node'],
  ])('may be given a script, which is missed where it %s', async (_, below) => {
    const folder = programs({ node: PRINTS })
    const script = `${folder}${below}/poolkey.cjs`
    expect(await check(`${folder}/node ${script} credential-process --profile dev`)).toMatchObject([
      { state: 'failed', cause: `credential_process names ${script}, which is not there` },
    ])
  })
})

describe('what AWS tools get when they run the line', () => {
  test.each([
    [
      'the fix that poolkey itself names',
      "echo 'poolkey: error: nobody is signed in' >&2; echo 'poolkey: fix: poolkey login' >&2; exit 4",
      {
        cause: 'credential_process of profile dev gives AWS tools nothing: nobody is signed in',
        fix: 'poolkey login',
      },
    ],
    [
      'where to give a passphrase, if the store does not open',
      "echo 'poolkey: error: the vault is sealed' >&2; exit 7",
      {
        cause: 'credential_process of profile dev gives AWS tools nothing: the vault is sealed',
        fix: expect.stringContaining(
          'set POOLKEY_PASSPHRASE or POOLKEY_PASSPHRASE_FILE where tools run',
        ) as string,
      },
    ],
    [
      'to run it oneself, if it fails without a word',
      'exit 1',
      {
        cause: 'credential_process of profile dev gives AWS tools nothing',
        fix: 'run that line yourself, to see what stops it',
      },
    ],
    [
      'the same, if a signal ended it',
      'kill -KILL $$',
      {
        cause: expect.stringContaining('credential_process of profile dev gives AWS tools nothing') as string,
      },
    ],
    [
      'that only JSON may be printed',
      `echo Welcome; ${PRINTS}`,
      {
        cause: 'credential_process of profile dev does not answer with credentials',
        fix: expect.stringContaining('nothing but one JSON object') as string,
      },
    ],
    [
      'the same, of another version of the answer',
      `echo '{"Version":2}'`,
      { cause: 'credential_process of profile dev does not answer with credentials' },
    ],
  ])('nothing, and doctor tells %s', async (_, lines, trouble) => {
    const [, ran] = await check(poolkey(programs({ poolkey: lines })))
    expect(ran).toMatchObject({ state: 'failed', code: 'process-run', ...trouble })
  })

  test('credentials, but words beside them, which are warned of', async () => {
    const [, ran] = await check(poolkey(programs({ poolkey: `echo 'a warning' >&2; ${PRINTS}` })))
    expect(ran).toMatchObject({
      state: 'warning',
      cause: 'credential_process speaks on stderr, which some SDKs take for part of its answer: a warning',
    })
  })

  test('nothing in time: a line that does not come to an end is stopped, and named so', async () => {
    const [, ran] = await check(poolkey(programs({ poolkey: 'exec sleep 60' })), {
      path: '/usr/bin:/bin',
      limitMs: 300,
    })
    expect(ran).toMatchObject({
      cause: 'credential_process of profile dev does not come to an end',
      fix: 'run that line yourself, to see what stops it',
    })
  })

  test('an endless answer: it is stopped, too', async () => {
    const [, ran] = await check(
      poolkey(programs({ poolkey: 'while :; do echo yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy; done' })),
    )
    expect(ran).toMatchObject({ cause: 'credential_process of profile dev does not come to an end' })
  })

  test.each([
    ['its own reason', new Error('Ctrl-C'), 'Ctrl-C'],
    ['a plain one, where the reason is no error', 'stop', 'aborted'],
  ])('is asked no more when doctor is interrupted: it ends with %s', async (_, reason, message) => {
    const folder = programs({ poolkey: ': > "${0%/*}/trace"; exec sleep 60' })
    const controller = new AbortController()
    const checked = check(poolkey(folder), { path: '/usr/bin:/bin', signal: controller.signal })
    const refused = expect(checked).rejects.toThrow(message)
    await expect.poll(() => existsSync(`${folder}/trace`)).toBe(true)
    controller.abort(reason)
    await refused
  })
})
