import { expect, test } from 'vitest'
import { makeStack } from '../insight/cloudformation.ts'
import { openStackStation } from './emulated-stack.ts'
import { freeRedirectUris, startPoolkey } from './poolkey-process.ts'
import type { Outcome } from './poolkey-process.ts'

const ENV = { PATH: '/usr/bin:/bin', HOME: '/nonexistent' }

function template(...words: string[]): Promise<Outcome> {
  return startPoolkey(['template', ...words], ENV).ended
}

test('prints a stack for a region, without a profile or a home', async () => {
  const printed = await template()
  expect(printed).toMatchObject({ code: 0, stderr: '' })
  expect(Object.keys(makeStack(printed.stdout, 'eu-west-1').resources)).toContain('EditorRole')
})

test('takes names, ports and groups', async () => {
  const words = [
    '--name-prefix',
    'acme',
    '--domain-prefix',
    'acme-dev',
    '--ports',
    '9000,9001',
    '--groups',
    'ops,dev',
  ]
  const { resources, outputs } = makeStack((await template(...words)).stdout, 'us-east-1')
  expect(resources['UserPool']?.properties['UserPoolName']).toBe('acme')
  expect(outputs['UserPoolDomain']).toBe('acme-dev.auth.us-east-1.amazoncognito.com')
  expect(outputs['CallbackUrls']).toBe('http://localhost:9000/callback,http://localhost:9001/callback')
  expect(resources['OpsGroup']?.properties['Precedence']).toBe(1)
  expect(resources['DevGroup']?.properties['Precedence']).toBe(2)
})

test.each([
  [['--domain-prefix', 'My.Domain'], '--domain-prefix My.Domain is not possible'],
  [['--name-prefix', "it's"], "--name-prefix it's is not possible"],
  [['--groups', 'a,A'], '--groups a,A is not possible'],
  [['--groups', 'a,,b'], 'names or numbers with commas'],
  [['--ports', '8400,0'], 'a port from 1 to 65535'],
  [['--exchange', 'basic'], 'Allowed choices are enhanced, web-identity'],
  [['--exchange', 'web-identity', '--groups', 'admin'], 'cannot see groups'],
])('refuses %j', async (words, problem) => {
  const refused = await template(...words)
  expect(refused).toMatchObject({ code: 2, stdout: '' })
  expect(refused.stderr).toContain(problem)
})

test.each([
  [['admin', 'editor'], 'AdminRole'],
  [['editor'], 'EditorRole'],
  [[], 'AuthenticatedRole'],
])('in its stack a member of %j gets %s', async (groups, role) => {
  const ports = (await freeRedirectUris()).map((uri) => new URL(uri).port).join(',')
  const station = await openStackStation(makeStack((await template('--ports', ports)).stdout, 'eu-west-1'))
  station.emulator.settings.users[0]!.groups = groups
  expect(await station.signInAtAws()).toMatchObject({ code: 0 })
  const { stdout } = await station.run(['whoami', '--profile', 'dev'])
  expect(stdout).toContain(`:assumed-role/my-stack-${role}/`)
})
