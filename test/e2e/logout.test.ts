import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { localPlatform } from '../../src/vault/lock-platform.ts'
import { temporaryFolder } from '../vault/temporary-folder.ts'
import { openStation, profileText, uniqueText } from './poolkey-process.ts'
import type { Station } from './poolkey-process.ts'
import { filesIn, stateIn } from './secret-sweep.ts'

function entriesOf(station: Station): string[] {
  return readdirSync(station.stateFolder).filter((name) => /^(session|credentials)-/.test(name))
}

async function expectSignedOut(station: Station): Promise<void> {
  const outcome = await station.run(['credential-process', '--profile', 'dev'])
  expect(outcome).toMatchObject({ code: 4, stdout: '' })
}

/** What the user pool says to the refresh token it was sent for revocation. */
async function refreshWithRevokedToken({ emulator }: Station): Promise<number> {
  const revocation = emulator.requests.find(({ operation }) => operation === 'revoke')
  const refreshToken = new URLSearchParams(revocation?.body).get('token')!
  const answer = await fetch(`${emulator.origin}/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'refresh_token',
      client_id: emulator.clientId,
      refresh_token: refreshToken,
    }),
  })
  return answer.status
}

test('D64: revokes the refresh token, wipes what came from it, and names the profiles and what lives on', async () => {
  const station = await openStation()
  const also = profileText(station.emulator, 'also', { cognito_role_arn: station.emulator.roles.editor })
  const apart = profileText(station.emulator, 'apart', { cognito_session: 'apart' })
  writeFileSync(station.configFile, [profileText(station.emulator, 'dev'), also, apart].join('\n'))
  await station.signIn()
  expect(await station.run(['credential-process', '--profile', 'also'])).toMatchObject({ code: 0 })
  expect(entriesOf(station).length).toBe(3)

  const logout = await station.run(['logout', '--profile', 'dev'])
  expect(logout).toMatchObject({ code: 0, stdout: '' })
  expect(logout.stderr).toMatch(
    /^test-user@example\.com is signed out \(dev, also\)\.\nCredentials handed out earlier live on until \d{4}-\d\d-\d\d \d\d:\d\d UTC: AWS cannot call them back\.\n$/,
  )
  expect(entriesOf(station)).toEqual([])
  expect(await refreshWithRevokedToken(station)).toBe(400)
  await expectSignedOut(station)
})

test('leaves the sign-in of another session as it is', async () => {
  const station = await openStation()
  const apart = profileText(station.emulator, 'apart', { cognito_session: 'apart' })
  writeFileSync(station.configFile, `${profileText(station.emulator, 'dev')}\n${apart}`)
  await station.signIn()
  expect(await station.signIn(['--profile', 'apart'])).toMatchObject({ code: 0 })
  expect(await station.run(['logout', '--profile', 'dev'])).toMatchObject({ code: 0 })
  await expectSignedOut(station)
  expect(await station.run(['credential-process', '--profile', 'apart'])).toMatchObject({ code: 0 })
})

test('D64: wipes everything local though the revocation fails, says so, and ends with 6', async () => {
  const station = await openStation()
  await station.signIn()
  station.emulator.faults.set('revoke', { kind: 'server-error' }, 20)
  const logout = await station.run(['logout', '--profile', 'dev'])
  expect(logout).toMatchObject({ code: 6, stdout: '' })
  expect(logout.stderr).toContain('Everything local is wiped, but the refresh token could not be revoked:\n')
  expect(logout.stderr).toContain('poolkey: error: ')
  // Not to try again: there is nothing left to revoke.
  expect(logout.stderr).toContain(
    'poolkey: fix: run: poolkey login --profile dev, then: poolkey logout --every',
  )
  expect(entriesOf(station)).toEqual([])
  await expectSignedOut(station)
})

test('of nobody says so and ends with 0', async () => {
  const station = await openStation()
  const expected = { code: 0, stdout: '', stderr: 'Nobody is signed in.\n' }
  expect(await station.run(['logout', '--profile', 'dev'])).toMatchObject(expected)
})

test('a second logout says that nobody is signed in', async () => {
  const station = await openStation()
  await station.signIn()
  expect(await station.run(['logout', '--profile', 'dev'])).toMatchObject({ code: 0 })
  const again = await station.run(['logout', '--profile', 'dev'])
  expect(again).toMatchObject({ code: 0, stdout: '', stderr: 'Nobody is signed in.\n' })
  expect(station.emulator.count('revoke')).toBe(1)
})

test('D64: --all revokes every session and leaves neither an entry nor the key', async () => {
  const station = await openStation()
  const apart = profileText(station.emulator, 'apart', { cognito_session: 'apart' })
  writeFileSync(station.configFile, `${profileText(station.emulator, 'dev')}\n${apart}`)
  await station.signIn()
  await station.signIn(['--profile', 'apart'])
  const status = await station.run(['status', '--all'])
  expect(status.stdout).toMatch(/^Named +apart$/m)
  const logout = await station.run(['logout', '--all'])
  expect(logout).toMatchObject({ code: 0, stdout: '' })
  const liveOn = logout.stderr.match(
    /^Credentials handed out earlier to test-user@example\.com live on until /gm,
  )
  expect(liveOn).toHaveLength(2)
  expect(logout.stderr).toContain(
    'Every session, all credentials and the sealing key are gone from this machine.\n',
  )
  expect(station.emulator.count('revoke')).toBe(2)
  expect(filesIn(station.stateFolder)).toEqual([])
})

test('--all revokes the sessions beside a profile that cannot be read', async () => {
  const station = await openStation()
  await station.signIn()
  station.configure()
  const broken = '[profile broken]\ncognito_user_pool_id = not a pool\n'
  writeFileSync(station.configFile, `${broken}${profileText(station.emulator, 'dev')}`)
  expect(await station.run(['logout', '--all'])).toMatchObject({ code: 0, stdout: '' })
  expect(station.emulator.count('revoke')).toBe(1)
})

test.each([
  ['vault.json', '{"version":1,'],
  ['vault.key', 'not a key'],
])(
  'D64: --all over a vault whose %s is damaged wipes it, says that nothing was revoked, and ends with 0',
  async (name, text) => {
    const station = await openStation()
    await station.signIn()
    writeFileSync(join(station.stateFolder, name), text)
    const before = await station.run(['credential-process', '--profile', 'dev'])
    expect(before).toMatchObject({ code: 7, stdout: '' })
    expect(before.stderr).toContain('poolkey logout --all')
    const logout = await station.run(['logout', '--all'])
    expect(logout).toMatchObject({ code: 0, stdout: '' })
    expect(logout.stderr).toContain('nothing could be revoked')
    expect(filesIn(station.stateFolder)).toEqual([])
    expect(await station.signIn()).toMatchObject({ code: 0 })
  },
)

test('--all where there never was a vault ends with 0 and makes none', async () => {
  const station = await openStation()
  expect(await station.run(['logout', '--all'])).toMatchObject({ code: 0, stdout: '' })
  expect(existsSync(station.stateFolder)).toBe(false)
})

test('D64: what a life of signing in and using leaves behind goes with logout, and the rest with logout --all', async () => {
  const station = await openStation({ clientSecret: `secret${uniqueText()}` })
  const before = filesIn(station.home)
  const secret = station.emulator.settings.clientSecret
  const sealed = await station.run(['configure', '--profile', 'dev', '--client-secret-stdin'], {}, secret)
  expect(sealed).toMatchObject({ code: 0 })
  expect(await station.signIn()).toMatchObject({ code: 0 })
  station.emulator.faults.set('GetCredentialsForIdentity', { kind: 'server-error' }, 20)
  expect(await station.run(['login', '--profile', 'dev', '--force', '--no-browser', '--no-input', '--timeout', '1'])).toMatchObject({ code: 6 }) // prettier-ignore
  const state = () => stateIn(station.stateFolder).map((path) => path.slice(station.stateFolder.length + 1))
  expect(await station.run(['logout', '--profile', 'dev'])).toMatchObject({ code: 0 })
  expect(state().filter((name) => !/^(vault\.(json|key)|client-secret-.*)$/.test(name))).toEqual([])
  expect(await station.run(['logout', '--all'])).toMatchObject({ code: 0 })
  expect(filesIn(station.home)).toEqual(before)
})

test('D64: --all leaves no note of what AWS refused, nor a lock of the dead; a guest who is forgotten takes theirs along', async () => {
  const station = await openStation({ identityPool: { allowUnauthenticated: true } })
  station.configure({
    cognito_user_pool_id: undefined,
    cognito_client_id: undefined,
    cognito_domain: undefined,
    cognito_issuer: undefined,
    cognito_guest: 'true',
  })
  const before = filesIn(station.home)
  const notes = () => stateIn(station.stateFolder).filter((path) => /\.(failed|lock)\b/.test(path))
  const refuse = async () => {
    station.emulator.faults.set('GetId', { kind: 'server-error' }, 20)
    expect(await station.run(['credential-process', '--profile', 'dev'])).toMatchObject({
      code: 6,
      stdout: '',
    })
    expect(notes()).not.toEqual([])
  }
  await refuse()
  expect(await station.run(['logout', '--profile', 'dev', '--forget-guest'])).toMatchObject({ code: 0 })
  expect(notes()).toEqual([])
  await refuse()
  const dead = { version: 1, id: 'ab'.repeat(12), ...localPlatform().self, pid: spawnSync('true').pid }
  writeFileSync(join(station.stateFolder, 'locks', 'session-ab.lock'), `${JSON.stringify(dead)}\n`)
  writeFileSync(join(station.stateFolder, 'locks', 'session-ab.lock.00.tmp'), `${JSON.stringify(dead)}\n`)
  expect(await station.run(['logout', '--all'])).toMatchObject({ code: 0 })
  expect(filesIn(station.home)).toEqual(before)
})

test('--all takes back what was written even where the locks cannot be looked at', async () => {
  const station = await openStation()
  await station.signIn()
  expect(await station.run(['write', '--profile', 'dev', '--to', 'copy'])).toMatchObject({ code: 0 })
  const locks = join(station.stateFolder, 'locks')
  rmSync(locks, { recursive: true })
  symlinkSync(temporaryFolder(), locks)
  const { code, stderr } = await station.run(['logout', '--all'])
  expect(code).toBe(7)
  expect(stderr).toContain('could not remove folder locks')
  expect(stderr).toContain('[copy]')
  expect(entriesOf(station)).toEqual([])
})
