/** Who reads the AWS files, as the system sees it: an SDK client that is told all it needs looks nothing up there. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { EmulatorRoles } from '../../src/emulator/default-settings.ts'
import { openStation, POOLKEY, profileText, startProgram } from '../e2e/poolkey-process.ts'

test.each([
  ['enhanced', () => ({})],
  [
    'web-identity, then another role',
    ({ webIdentity, chained }: EmulatorRoles) => ({
      cognito_exchange: 'web-identity',
      cognito_role_arn: webIdentity,
      cognito_chain_role_arn: chained,
    }),
  ],
])('nobody but the reader of profiles opens the AWS files: %s', async (_name, keys) => {
  const station = await openStation()
  expect(await station.signIn()).toMatchObject({ code: 0 })
  writeFileSync(station.configFile, profileText(station.emulator, 'dev', keys(station.emulator.roles)))
  const folder = mkdtempSync(join(tmpdir(), 'poolkey-aws-files-'))
  onTestFinished(() => {
    rmSync(folder, { recursive: true })
  })
  const log = join(folder, 'log')
  const words = ['-f', '-qq', '-e', 'trace=openat', '-o', log, ...POOLKEY, 'whoami', '--profile', 'dev']
  const outcome = await startProgram('strace', words, station.env).ended
  expect(outcome).toMatchObject({ code: 0 })
  const opened = readFileSync(log, 'latin1')
    .split('\n')
    .filter((line) => line.includes('/.aws/'))
  expect(opened.length).toBeGreaterThan(1)
  // Ours are opened so that a FIFO would not be waited for; the SDK's, on a thread of their own, are not.
  expect(opened.filter((line) => !line.includes('O_NONBLOCK'))).toEqual([])
})
