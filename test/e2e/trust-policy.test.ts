import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { EmulatorRole } from '../../src/emulator/configuration.ts'
import type { TrustPolicy } from '../../src/emulator/trust-policy.ts'
import { answerOf, openStation, POOLKEY_LINE } from './poolkey-process.ts'
import type { Station } from './poolkey-process.ts'

const FIRST = 'arn:aws:iam::111122223333:role/Mine'
const SECOND = 'arn:aws:iam::444455556666:role/Deploy'

async function printed(station: Station, ...words: string[]) {
  const { code, stdout, stderr } = await station.run(['trust-policy', '--profile', 'dev', ...words])
  expect(code).toBe(0)
  return { policy: JSON.parse(stdout) as TrustPolicy, text: stdout, stderr }
}

function giveRoles(station: Station, roles: EmulatorRole[]): void {
  station.emulator.settings.roles.push(...roles)
}

// Each exchange with roles that trust nothing but what was printed for it.
test.each([
  ['web-identity', { cognito_exchange: 'web-identity' }],
  ['basic', { cognito_exchange: 'basic' }],
  ['enhanced', { cognito_exchange: undefined }],
])('%s: roles with the printed policies are assumed, the second one, too', async (_, change) => {
  const station = await openStation({
    profile: { cognito_role_arn: FIRST, cognito_chain_role_arn: SECOND, ...change },
  })
  const { identityPool, groups } = station.emulator.settings
  if (change.cognito_exchange === 'basic')
    Object.assign(identityPool, { allowClassicFlow: true, roleMapping: { kind: 'none' } })
  groups.push({ name: 'mine', precedence: 0, roleArn: FIRST })
  station.emulator.settings.users[0]!.groups!.push('mine')
  // Principal tags need sts:TagSession.
  if (change.cognito_exchange === undefined) identityPool.principalTags = { team: 'email' }

  const first = await printed(station)
  const second = await printed(station, '--second-role')
  expect(first.stderr).toContain(
    `For ${FIRST}. To put it in place:\n  poolkey trust-policy --profile dev > trust.json\n`,
  )
  expect(first.stderr).toContain(`For ${SECOND}: poolkey trust-policy --second-role --profile dev\n`)
  expect(second.stderr).toContain('--role-name Deploy --policy-document file://trust.json\n')
  giveRoles(station, [
    { arn: FIRST, trustPolicy: first.policy },
    { arn: SECOND, trustPolicy: second.policy },
  ])
  expect(await station.signIn()).toMatchObject({ code: 0 })
  const answer = answerOf(await station.run(['credential-process', '--profile', 'dev']))
  expect(answer.AccountId).toBe('444455556666')

  for (const [words, text] of [
    [[], first.text],
    [['--second-role'], second.text],
  ] as const) {
    const checked = await station.run(
      ['trust-policy', '--profile', 'dev', ...words, '--check', '-'],
      {},
      text,
    )
    expect(checked).toMatchObject({ code: 0, stdout: '' })
  }
})

test('a guest gets in by the policy for guests', async () => {
  const station = await openStation({ profile: { cognito_guest: 'true' } })
  const { policy } = await printed(station)
  station.emulator.settings.identityPool.allowUnauthenticated = true
  station.emulator.settings.identityPool.unauthenticatedRole = FIRST
  giveRoles(station, [{ arn: FIRST, trustPolicy: policy }])
  answerOf(await station.run(['credential-process', '--profile', 'dev']))
})

test('direct trust is warned of, and the provider that it needs is named', async () => {
  const station = await openStation({
    profile: { cognito_exchange: 'web-identity', cognito_role_arn: FIRST },
  })
  const { stderr } = await printed(station)
  expect(stderr).toContain('warning: everybody who can sign in to app client')
  expect(stderr).toContain('cannot see groups')
  const { issuer, clientId } = station.emulator
  expect(stderr).toContain(`create-open-id-connect-provider --url ${issuer} --client-id-list ${clientId}\n`)
})

test('--check says what is wrong, each with its edit, and ends with 3', async () => {
  const station = await openStation()
  const { policy, text } = await printed(station)
  const file = join(station.home, 'role.json')
  const check = (...words: string[]) => station.run(['trust-policy', '--profile', 'dev', '--check', ...words])
  const broken = text
    .replace('sts:AssumeRoleWithWebIdentity', 'sts:AssumeRole')
    .replace('555555555555', '999999999999')
  const encoded = encodeURIComponent(broken)
  writeFileSync(file, JSON.stringify({ Role: { RoleName: 'Mine', AssumeRolePolicyDocument: encoded } }))
  const found = await check(file)
  const pool = station.emulator.identityPoolId
  expect(found).toMatchObject({ code: 3, stderr: 'As it should be: poolkey trust-policy --profile dev\n' })
  expect(found.stdout).toBe(`it allows sts:AssumeRole, but this exchange calls sts:AssumeRoleWithWebIdentity
  fix: replace sts:AssumeRole by sts:AssumeRoleWithWebIdentity
cognito-identity.amazonaws.com:aud is ${pool.replace('555555555555', '999999999999')}, but the identity pool's id is ${pool}
  fix: in "Condition", set "StringEquals": {"cognito-identity.amazonaws.com:aud": "${pool}"}
`)

  writeFileSync(file, JSON.stringify(policy))
  expect(await check(file)).toMatchObject({
    code: 0,
    stdout: '',
    stderr: 'Nothing is wrong with it, for the exchange of profile dev.\n',
  })
  writeFileSync(file, 'nonsense \u001b[31m')
  const nonsense = await check(file)
  expect(nonsense).toMatchObject({ code: 3 })
  expect(nonsense.stdout).toMatch(/^it is not JSON\n {2}fix: /)
})

test('--check shows no control characters of the policy', async () => {
  const station = await openStation()
  const { text } = await printed(station)
  const hostile = text.replace('cognito-identity.amazonaws.com', '\\u001b]0;title\\u0007')
  const found = await station.run(['trust-policy', '--profile', 'dev', '--check', '-'], {}, hostile)
  expect(found.code).toBe(3)
  expect(found.stdout).toContain('\\u{1b}]0;title\\u{7}')
})

test('--check reads a pipe that a shell hands over as a file', async () => {
  const station = await openStation()
  const line = `${POOLKEY_LINE} trust-policy --profile dev --check <(${POOLKEY_LINE} trust-policy --profile dev 2>/dev/null)`
  const { status, stderr } = spawnSync('/bin/bash', ['-c', line], {
    env: { ...station.env },
    encoding: 'utf8',
  })
  expect({ status, stderr }).toEqual({
    status: 0,
    stderr: 'Nothing is wrong with it, for the exchange of profile dev.\n',
  })
})

test('what cannot be said is refused, with the way to it', async () => {
  const station = await openStation({ profile: { cognito_chain_role_arn: SECOND } })
  const run = (...words: string[]) => station.run(['trust-policy', '--profile', 'dev', ...words])
  const unknown = await run('--second-role')
  expect(unknown).toMatchObject({ code: 2, stdout: '' })
  expect(unknown.stderr).toContain('poolkey trust-policy --second-role --role ARN --profile dev')
  const named = await run('--second-role', '--role', station.emulator.roles.admin)
  expect(named.code).toBe(0)
  expect(JSON.parse(named.stdout)).toMatchObject({
    Statement: [{ Principal: { AWS: station.emulator.roles.admin }, Action: 'sts:AssumeRole' }],
  })
  const missing = await run('--check', join(station.home, 'nothing'))
  expect(missing).toMatchObject({ code: 2, stdout: '' })
  expect(missing.stderr).toContain('(ENOENT)')
  expect((await run('--check', station.home)).stderr).toContain('(EISDIR)')

  station.configure({ cognito_chain_role_arn: undefined })
  expect((await run('--second-role')).stderr).toContain('goes on to no second role')
  station.configure({ cognito_chain_role_arn: undefined, cognito_identity_pool_id: undefined })
  expect(await run()).toMatchObject({ code: 3, stdout: '' })
})
