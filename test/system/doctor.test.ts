/** doctor at a terminal, where a person can be asked for what a tool cannot. */
import { expect, test } from 'vitest'
import { openStation, POOLKEY, uniqueText } from '../e2e/poolkey-process.ts'
import { ENTER, openTerminal } from './terminal/terminal.ts'

test('a passphrase that only a person can give opens the vault, and is told to be missing where tools run', async () => {
  const passphrase = `Canary${uniqueText()} horse battery`
  const secrets = [{ kind: 'sign-in', name: 'passphrase', value: passphrase } as const]
  const station = await openStation({ env: { POOLKEY_STORE: undefined }, secrets })
  station.configure({
    credential_process: [...POOLKEY, 'credential-process', '--profile', 'dev'].join(' '),
  })
  station.env['POOLKEY_PASSPHRASE'] = passphrase
  expect(await station.signIn(['--store', 'passphrase'])).toMatchObject({ code: 0 })
  delete station.env['POOLKEY_PASSPHRASE']

  const terminal = openTerminal(station, 'poolkey doctor --profile dev')
  await terminal.answer('Passphrase: ', passphrase + ENTER)
  const { code, shown } = await terminal.ended
  expect(code).toBe(3)
  expect(shown).toContain('GetCallerIdentity: arn:aws:sts::')
  expect(shown).toContain('The chain breaks at: Tools.')
  expect(shown).toContain("the vault's key is kept under a passphrase, and none was given")
  expect(shown).toContain('set POOLKEY_PASSPHRASE or POOLKEY_PASSPHRASE_FILE where tools run')

  const unasked = await station.run(['doctor', '--profile', 'dev'])
  expect(unasked.code).toBe(7)
  expect(unasked.stdout).toContain('The chain breaks at: This machine.')
  const given = await station.run(['doctor', '--profile', 'dev'], { POOLKEY_PASSPHRASE: passphrase })
  expect(given.code).toBe(0)
})
