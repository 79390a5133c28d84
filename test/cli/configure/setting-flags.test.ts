import { Command } from 'commander'
import { expect, test } from 'vitest'
import { keysFrom, settingOptions } from '../../../src/cli/configure/setting-flags.ts'
import { SETTING_LIST } from '../../../src/profile/settings.ts'

function parse(...words: string[]) {
  const command = new Command().exitOverride().option('--region <value>')
  for (const option of settingOptions()) command.addOption(option)
  return keysFrom(command.parse(words, { from: 'user' }).opts())
}

test('every key of the configuration is a flag: without cognito_, with dashes', () => {
  for (const { key } of SETTING_LIST)
    expect(parse(`--${key.replace('cognito_', '').replaceAll('_', '-')}`, 'x')).toEqual({ [key]: 'x' })
  expect(parse('--region', 'eu-west-1')).toEqual({ region: 'eu-west-1' })
})

test('a flag of true or false may stand alone', () => {
  expect(parse('--guest')).toEqual({ cognito_guest: 'true' })
  expect(parse('--auto-login', 'false', '--guest')).toEqual({
    cognito_auto_login: 'false',
    cognito_guest: 'true',
  })
})

test('what is no key is left out', () => {
  expect(keysFrom({ yes: true, profile: 'dev', userPoolId: 'x' })).toEqual({ cognito_user_pool_id: 'x' })
})
