/** What a person is asked at a terminal when a file leaves a choice. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openStation } from '../e2e/poolkey-process.ts'
import type { Station } from '../e2e/poolkey-process.ts'
import { CTRL, ENTER, openTerminal } from './terminal/terminal.ts'
import type { Terminal } from './terminal/terminal.ts'

const OTHER = '9other123456789abcdefghijk'

/** A terminal at which outputs with two app clients are imported. */
async function importTwoClients(): Promise<{ station: Station; terminal: Terminal }> {
  const station = await openStation()
  const { userPoolId, identityPoolId } = station.emulator
  const outputs = {
    UserPoolId: userPoolId,
    IdentityPoolId: identityPoolId,
    WebClientId: '1example23456789abcdefghij',
    MobileClientId: OTHER,
    UserPoolDomain: 'acme.auth.eu-west-1.amazoncognito.com',
  }
  writeFileSync(join(station.home, 'outputs.json'), JSON.stringify({ Stack: outputs }))
  const line = `poolkey configure import '${join(station.home, 'outputs.json')}' --profile dev --yes`
  return { station, terminal: openTerminal(station, line) }
}

test('one of several app clients is chosen by its number', async () => {
  const { station, terminal } = await importTwoClients()
  const shown = await terminal.shows('Which one (1 to 2)? ')
  expect(shown).toMatch(new RegExp(`  2  ${OTHER}  from Stack\\.MobileClientId`))
  terminal.type(`2${ENTER}`)
  expect(await terminal.ended).toMatchObject({ code: 0 })
  expect(readFileSync(station.configFile, 'utf8')).toContain(`\ncognito_client_id = ${OTHER}\n`)
})

test.each([
  ['a number that is not there', `3${ENTER}`, 2],
  ['nothing', ENTER, 2],
  ['Ctrl-D', CTRL.d, 2],
  ['Ctrl-C', CTRL.c, 130],
])('%s chooses none, and writes nothing', async (_, typed, code) => {
  const { station, terminal } = await importTwoClients()
  const before = readFileSync(station.configFile, 'utf8')
  await terminal.shows('Which one (1 to 2)? ')
  terminal.type(typed)
  expect(await terminal.ended).toMatchObject({ code })
  expect(readFileSync(station.configFile, 'utf8')).toBe(before)
})
