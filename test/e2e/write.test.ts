import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  watch,
  writeFileSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { lockPathOf } from '../../src/profile/config-lock.ts'
import { parseConfigText } from '../../src/profile/config-text.ts'
import { letExpire } from './expiry.ts'
import { answerOf, openStation, profileText, uniqueText, until } from './poolkey-process.ts'
import type { Station } from './poolkey-process.ts'

const OTHER_PERSON = { username: 'other-user', password: 'Other-Passw0rd', email: 'other-user@example.com' }
const WRITE = ['write', '--profile', 'dev', '--to']

function fileOf(station: Station): string {
  return join(station.home, '.aws', 'credentials')
}

/** The sections of the credentials file, each as an object. */
function sectionsOf(path: string): Record<string, Record<string, string>> {
  const sections = parseConfigText(readFileSync(path, 'utf8'), { file: path, kind: 'credentials' })
  return Object.fromEntries(
    sections.map(({ name, keys }) => [
      name,
      Object.fromEntries([...keys.values()].map(({ name: key, value }) => [key, value])),
    ]),
  )
}

test('F94: writes credentials into a file of 0600, says until when, and that they are not renewed', async () => {
  const station = await openStation()
  await station.signIn()
  const outcome = await station.run([...WRITE, 'dev-keys'])
  expect(outcome).toMatchObject({ code: 0, stdout: '' })
  const answer = answerOf(await station.run(['credential-process', '--profile', 'dev']))
  const until = `${answer.Expiration.slice(0, 16).replace('T', ' ')} UTC`
  expect(outcome.stderr).toBe(
    `Wrote credentials of profile dev into [dev-keys] of ${fileOf(station)}.\n` +
      `They are valid until ${until} and are not renewed: run this again before then.\n`,
  )
  expect(statSync(fileOf(station)).mode & 0o777).toBe(0o600)
  expect(sectionsOf(fileOf(station))).toEqual({
    'dev-keys': {
      aws_access_key_id: answer.AccessKeyId,
      aws_secret_access_key: answer.SecretAccessKey,
      aws_session_token: answer.SessionToken,
      region: 'eu-west-1',
      poolkey_region: 'eu-west-1',
      expiration: answer.Expiration,
      poolkey_profile: 'dev',
      poolkey_session: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
      poolkey_key: answer.AccessKeyId,
    },
  })
})

test('F94: an existing file that others may read keeps its mode, which is warned of; a link stays a link', async () => {
  const station = await openStation()
  await station.signIn()
  const target = join(station.home, 'dotfiles')
  mkdirSync(target)
  const before = '# mine\r\n[other]\r\naws_access_key_id = AKIAOTHER\r\naws_secret_access_key = x\r\n'
  writeFileSync(join(target, 'credentials'), before)
  chmodSync(join(target, 'credentials'), 0o644)
  symlinkSync(join(target, 'credentials'), fileOf(station))
  const outcome = await station.run([...WRITE, 'keys'])
  expect(outcome).toMatchObject({ code: 0, stdout: '' })
  expect(outcome.stderr).toContain(
    `poolkey: warning: other users of this machine may read ${fileOf(station)};`,
  )
  expect(statSync(join(target, 'credentials')).mode & 0o777).toBe(0o644)
  expect(readFileSync(fileOf(station), 'utf8').startsWith(`${before}\r\n[keys]\r\n`)).toBe(true)
  expect(await station.run(['logout', '--profile', 'dev'])).toMatchObject({ code: 0 })
  expect(readFileSync(fileOf(station), 'utf8')).toBe(before)
})

test('the same section is written anew with new credentials; --role and --min-life are for this once', async () => {
  const station = await openStation()
  await station.signIn()
  await station.run([...WRITE, 'keys'])
  const first = sectionsOf(fileOf(station))['keys']
  // With less than half of their life left, they are not written again.
  letExpire(station, 20 * 60_000)
  expect(await station.run([...WRITE, 'keys'])).toMatchObject({ code: 0 })
  const second = sectionsOf(fileOf(station))['keys']
  expect(second?.['aws_access_key_id']).not.toBe(first?.['aws_access_key_id'])
  const { editor } = station.emulator.roles
  expect(await station.run([...WRITE, 'editor', '--role', editor])).toMatchObject({ code: 0 })
  expect(Object.keys(sectionsOf(fileOf(station)))).toEqual(['keys', 'editor'])
  expect(await station.run([...WRITE, 'keys', '--min-life', '86000'])).toMatchObject({ code: 3 })
  expect(sectionsOf(fileOf(station))['keys']).toEqual(second)
})

test.each([
  ['F93: the profile itself', 'dev', '', 'credential_process'],
  [
    'F93: keys of others',
    'other',
    '[other]\naws_access_key_id = AKIA\naws_secret_access_key = x\n',
    'was not written by poolkey',
  ],
  ['F93: a profile with credentials of another kind', 'sso', '', 'sso_session'],
])('%s is refused with the reason and the fix, and nothing is written', async (_name, to, text, reason) => {
  const station = await openStation()
  await station.signIn()
  writeFileSync(
    station.configFile,
    `${profileText(station.emulator, 'dev')}\n[profile sso]\nsso_session = x\n`,
  )
  if (text !== '') writeFileSync(fileOf(station), text)
  const outcome = await station.run([...WRITE, to])
  expect(outcome).toMatchObject({ code: 3, stdout: '' })
  expect(outcome.stderr).toContain(reason)
  expect(outcome.stderr).toContain('poolkey: fix: choose another name: poolkey write --to NAME --profile dev')
  expect(existsSync(fileOf(station)) ? readFileSync(fileOf(station), 'utf8') : '').toBe(text)
})

test('F91: a name that cannot stand in AWS files is wrong usage, before anything is asked for', async () => {
  const station = await openStation()
  for (const name of ['x]\n[default]\ncredential_process=evil', 'DEFAULT', '__proto__', 'a b']) {
    expect(await station.run([...WRITE, name])).toMatchObject({ code: 2, stdout: '' })
  }
  expect(await station.run(['write', '--profile', 'dev'])).toMatchObject({ code: 2, stdout: '' })
  expect(existsSync(fileOf(station))).toBe(false)
})

test('without a sign-in nothing is written', async () => {
  const station = await openStation()
  expect(await station.run([...WRITE, 'keys'])).toMatchObject({ code: 4, stdout: '' })
  expect(existsSync(fileOf(station))).toBe(false)
})

test('F92: fifty writers and editors of one file at once: every section is there, every other byte as it was', async () => {
  const station = await openStation()
  await station.signIn()
  const { editor } = station.emulator.roles
  // Both kinds of sections in one file: those of the other kind are nobody's.
  const names = Array.from({ length: 5 }, (_, index) => `p${index}`)
  const others = '# a comment\n[profile  spaced]\nregion=x  ; y\n\n\n[odd section]\nk=v\n'
  const text = [others, profileText(station.emulator, 'dev'), ...names.map((name) => `[profile ${name}]\ncognito_source_profile = dev\n`)].join('\n') // prettier-ignore
  writeFileSync(fileOf(station), text)
  const env = { AWS_CONFIG_FILE: fileOf(station), AWS_SHARED_CREDENTIALS_FILE: fileOf(station) }
  const writers = Array.from({ length: 45 }, (_, index) => station.run([...WRITE, `w${index}`], env))
  const editors = names.map((name) => station.run(['roles', 'use', editor, '--profile', name], env))
  for (const outcome of await Promise.all([...writers, ...editors]))
    expect(outcome).toMatchObject({ code: 0 })
  const after = readFileSync(fileOf(station), 'utf8')
  const written = sectionsOf(fileOf(station))
  for (let index = 0; index < 45; index += 1) {
    expect(written[`w${index}`], `w${index}`).toMatchObject({ poolkey_profile: 'dev' })
  }
  const rest = after
    .replaceAll(/\n\[w\d+\]\n(?:(?:aws_|poolkey_|expiration|region)[^\n]*\n){9}/g, '')
    .replaceAll(`cognito_role_arn = ${editor}\n`, '')
  expect(rest).toBe(text)
  expect(after.split(`cognito_role_arn = ${editor}\n`).length - 1).toBe(names.length)
})

test('D64: logout removes what write made of that session, whole, and says so; the rest stays byte for byte', async () => {
  const station = await openStation()
  const apart = profileText(station.emulator, 'apart', { cognito_session: 'apart' })
  writeFileSync(station.configFile, `${profileText(station.emulator, 'dev')}\n${apart}`)
  await station.signIn()
  await station.signIn(['--profile', 'apart'])
  const before = '[mine]\naws_access_key_id = AKIA\naws_secret_access_key = x\n'
  writeFileSync(fileOf(station), before)
  await station.run([...WRITE, 'one'])
  await station.run([...WRITE, 'two'])
  await station.run(['write', '--profile', 'apart', '--to', 'three'])
  expect(Object.keys(sectionsOf(fileOf(station)))).toEqual(['mine', 'one', 'two', 'three'])
  const logout = await station.run(['logout', '--profile', 'dev'])
  expect(logout).toMatchObject({ code: 0, stdout: '' })
  expect(logout.stderr).toContain(`Removed from ${fileOf(station)}: [one], [two].\n`)
  expect(Object.keys(sectionsOf(fileOf(station)))).toEqual(['mine', 'three'])
  const all = await station.run(['logout', '--all'])
  expect(all).toMatchObject({ code: 0, stdout: '' })
  expect(all.stderr).toContain(`Removed from ${fileOf(station)}: [three].\n`)
  expect(readFileSync(fileOf(station), 'utf8')).toBe(before)
})

test('D64: logout --all removes what no session or vault is left for', async () => {
  const station = await openStation()
  await station.signIn()
  await station.run([...WRITE, 'one'])
  writeFileSync(join(station.stateFolder, 'vault.json'), 'garbage')
  expect(await station.run(['logout', '--all'])).toMatchObject({ code: 0 })
  expect(readFileSync(fileOf(station), 'utf8')).toBe('')
})

test.each([
  ['--profile', 'dev'],
  ['--all', undefined],
])(
  'logout %s goes through although the credentials file is broken, and says what is left there',
  async (...words) => {
    const station = await openStation()
    await station.signIn()
    await station.run([...WRITE, 'one'])
    const broken = `${readFileSync(fileOf(station), 'utf8')}[unclosed\n`
    writeFileSync(fileOf(station), broken)
    const logout = await station.run(['logout', ...words.flatMap((word) => word ?? [])])
    expect(logout.code).toBe(3)
    expect(logout.stderr).toContain('What write put into the credentials file could not be removed:\n')
    expect(readFileSync(fileOf(station), 'utf8')).toBe(broken)
    expect(hasSession(station)).toBe(false)
    expect(station.emulator.count('revoke')).toBe(1)
  },
)

test('somebody else’s sign-in takes the place of what was written, the same person’s does not', async () => {
  const station = await openStation()
  await station.signIn()
  await station.run([...WRITE, 'one'])
  expect(await station.signIn(['--force'])).toMatchObject({ code: 0 })
  expect(Object.keys(sectionsOf(fileOf(station)))).toEqual(['one'])
  station.emulator.settings.users.push(OTHER_PERSON)
  const login = await station.signIn(['--force', '--yes'], OTHER_PERSON)
  expect(login).toMatchObject({ code: 0 })
  expect(login.stderr).toContain(`Removed from ${fileOf(station)}: [one].\n`)
  expect(readFileSync(fileOf(station), 'utf8')).toBe('')
})

test('a logout that is interrupted while it waits for the file says what it did not do', async () => {
  const station = await openStation()
  await station.signIn()
  const letGo = holdFile(station)
  const leaving = station.start(['logout', '--profile', 'dev'])
  await until(() => !hasSession(station))
  leaving.child.kill('SIGINT')
  const outcome = await leaving.ended
  letGo()
  expect(outcome).toMatchObject({ code: 130, stdout: '' })
  expect(outcome.stderr).toContain('The session is wiped, but its refresh token was not revoked any more.\n')
  expect(station.emulator.count('revoke')).toBe(0)
})

test('logout makes no credentials file, nor a folder for one', async () => {
  const station = await openStation()
  await station.signIn()
  const env = { AWS_SHARED_CREDENTIALS_FILE: join(station.home, 'nowhere', 'credentials') }
  expect(await station.run(['logout', '--profile', 'dev'], env)).toMatchObject({ code: 0 })
  expect(existsSync(join(station.home, 'nowhere'))).toBe(false)
})

test('a guest writes too, and forgetting the guest removes it', async () => {
  const station = await openStation({
    profile: { cognito_guest: 'true' },
    identityPool: { allowUnauthenticated: true },
  })
  expect(await station.run([...WRITE, 'guest'])).toMatchObject({ code: 0 })
  expect(Object.keys(sectionsOf(fileOf(station)))).toEqual(['guest'])
  expect(await station.run(['logout', '--profile', 'dev', '--forget-guest'])).toMatchObject({ code: 0 })
  expect(readFileSync(fileOf(station), 'utf8')).toBe('')
})

test('what a logout overtakes is not written after it', async () => {
  const station = await openStation()
  await station.signIn()
  const letGo = holdFile(station)
  let isWaiting = false
  const watcher = watch(join(station.home, '.aws'), (_event, name) => {
    isWaiting ||= name?.startsWith('.credentials.poolkey-lock-') === true
  })
  onTestFinished(() => {
    watcher.close()
  })
  const writing = station.start([...WRITE, 'keys'])
  await until(() => isWaiting)
  const leaving = station.start(['logout', '--profile', 'dev'])
  await until(() => station.emulator.count('revoke') > 0 || !hasSession(station))
  letGo()
  expect(await writing.ended).toMatchObject({ code: 4, stdout: '' })
  expect(await leaving.ended).toMatchObject({ code: 0 })
  expect(existsSync(fileOf(station))).toBe(false)
})

/** Another editor that holds the file and gives signs of life, so that it is waited for; the result ends that. */
function holdFile(station: Station): () => void {
  const lock = lockPathOf(fileOf(station))
  const hold = () => {
    writeFileSync(lock, `${process.pid} ${hostname()} ${uniqueText()}`)
  }
  hold()
  const holding = setInterval(hold, 100)
  const letGo = () => {
    clearInterval(holding)
    rmSync(lock, { force: true })
  }
  onTestFinished(letGo)
  return letGo
}

function hasSession(station: Station): boolean {
  return readdirSync(station.stateFolder).some((name) => name.startsWith('session-'))
}
