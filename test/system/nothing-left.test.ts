/** After `logout --all`: a search of the machine for whatever could still yield credentials, as a thief would make it. */
import { cpSync, existsSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { EmulatorUser } from '../../src/emulator/configuration.ts'
import { askEndpoint, startServing } from '../e2e/endpoint-client.ts'
import { answerOf, profileText, uniqueText, until } from '../e2e/poolkey-process.ts'
import type { Station } from '../e2e/poolkey-process.ts'
import { filesIn, leaksIn } from '../e2e/secret-sweep.ts'
import { accountsInKeyring, keyInKeyring, openKeyringStation, readVault } from './keyring-station.ts'

const CAROL: EmulatorUser = {
  username: 'carol',
  password: `Pass-${uniqueText()}`,
  email: 'carol@example.com',
  groups: ['admin', 'editor'],
}
const GUEST = {
  cognito_guest: 'true',
  cognito_user_pool_id: undefined,
  cognito_client_id: undefined,
  cognito_domain: undefined,
  cognito_issuer: undefined,
  cognito_redirect_uri: undefined,
}
// Says where the endpoint is, and stays.
const HOLD = 'echo "$AWS_CONTAINER_CREDENTIALS_FULL_URI $AWS_CONTAINER_AUTHORIZATION_TOKEN"; exec sleep 600'

/** The processes that belong to a station. */
function processesOf({ home }: Station): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
    .flatMap((pid) => {
      try {
        const text = readFileSync(`/proc/${pid}/environ`, 'latin1')
        const line = readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ')
        const isOurs = text.includes(home) || readlinkSync(`/proc/${pid}/cwd`).startsWith(home)
        return isOurs ? [`${pid}: ${line}`] : []
      } catch {
        // It ended meanwhile, or is another user's.
        return []
      }
    })
}

/** Whether the user pool takes a refresh token that it gave out. */
async function isAlive({ emulator }: Station, refreshToken: string): Promise<boolean> {
  const { clientSecret = '' } = emulator.settings
  const answer = await fetch(`${emulator.origin}/oauth2/token`, {
    method: 'POST',
    headers: {
      Authorization: `Basic ${Buffer.from(`${emulator.clientId}:${clientSecret}`).toString('base64')}`,
    },
    body: new URLSearchParams({
      grant_type: 'refresh_token',
      client_id: emulator.clientId,
      refresh_token: refreshToken,
    }),
  })
  return answer.status === 200
}

test('D64: after logout --all nothing on the machine yields credentials, nor does what was copied before', async () => {
  const { session, station } = await openKeyringStation({
    clientSecret: `secret${uniqueText()}`,
    users: [CAROL],
    identityPool: { allowUnauthenticated: true },
  })
  const { emulator, home, stateFolder } = station
  const before = filesIn(home)
  const sections = [
    profileText(emulator, 'dev'),
    profileText(emulator, 'editor', { cognito_role_arn: emulator.roles.editor }),
    profileText(emulator, 'typed', {
      cognito_sign_in: 'password',
      cognito_username: 'carol',
      cognito_session: 'typed',
    }),
    profileText(emulator, 'guest', GUEST),
  ]
  writeFileSync(station.configFile, sections.join('\n'))
  const run = async (words: string[], stdin?: string) => {
    const outcome = await station.run(words, {}, stdin)
    expect(outcome, `${words.join(' ')}: ${outcome.stderr}`).toMatchObject({ code: 0 })
    return outcome
  }

  // A life with every way in and every way out.
  await run(['configure', '--profile', 'dev', '--client-secret-stdin'], emulator.settings.clientSecret)
  expect(await station.signIn()).toMatchObject({ code: 0 })
  await run(['login', '--profile', 'typed', '--password-stdin', '--no-input'], CAROL.password)
  for (const name of ['dev', 'editor', 'typed', 'guest'])
    answerOf(await run(['credential-process', '--profile', name]))
  for (const name of ['dev', 'typed', 'guest']) await run(['write', '--profile', name, '--to', `w-${name}`])
  await run(['env', '--profile', 'editor'])
  const tokenFile = join(home, 'token')
  const serving = await startServing(station, ['--token-file', tokenFile])
  const child = station.start(['exec', '--profile', 'typed', '--server', '--', 'sh', '-c', HOLD])
  await until(() => child.said().stdout.includes('\n'))
  const [uri = '', token = ''] = child.said().stdout.trim().split(' ')
  const doors = [
    { uri: serving.uri, token: readFileSync(tokenFile, 'utf8') },
    { uri, token },
  ]
  for (const door of doors) expect(await askEndpoint(door)).toMatchObject({ status: 200 })
  const { account } = readVault(station)
  const key = keyInKeyring(session, account)
  expect(Buffer.from(key, 'base64').length).toBe(32)
  const copy = join(home, '..', `${uniqueText()}-copy`)
  cpSync(stateFolder, copy, { recursive: true })

  const logout = await run(['logout', '--all'])
  expect(logout.stderr).toMatch(/Credentials handed out earlier to carol@example\.com live on until \d{4}-/)

  // The key, and whatever else a keyring holds.
  expect(accountsInKeyring(session)).toEqual([])
  // Whoever serves goes on for a later sign-in, and has nothing to give until then.
  for (const door of doors) expect(await askEndpoint(door)).toMatchObject({ status: 503 })
  serving.child.kill('SIGINT')
  child.child.kill('SIGTERM')
  await Promise.all([serving.ended, child.ended])
  expect(processesOf(station)).toEqual([])
  // Every file of the person's: as it is, encoded, or a part.
  const secrets = [
    ...station.secrets(),
    { kind: 'sign-in', name: 'sealing key', value: key } as const,
    { kind: 'sign-in', name: 'client secret', value: emulator.settings.clientSecret! } as const,
  ]
  expect(secrets.some(({ name }) => name === 'refresh_token')).toBe(true)
  const raw = Buffer.from(key, 'base64').toString('latin1')
  for (const path of filesIn(home)) {
    const text = readFileSync(path, 'latin1')
    expect(leaksIn(text, secrets, path)).toEqual([])
    expect(text.includes(raw), path).toBe(false)
  }
  expect(filesIn(stateFolder)).toEqual([])
  // The file of AWS's own stays, empty as it was begun.
  const left = filesIn(home).filter((path) => !before.includes(path))
  expect(left).toEqual([join(home, '.aws', 'credentials')])
  expect(left.map((path) => readFileSync(path, 'utf8').trim())).toEqual([''])
  // Nor do the tokens live on at the user pool, wherever a copy of them is.
  const refreshTokens = secrets.filter(({ name }) => name === 'refresh_token')
  expect(refreshTokens.length).toBeGreaterThan(1)
  for (const { value } of refreshTokens) expect(await isAlive(station, value)).toBe(false)

  // What was copied before cannot be opened any more.
  rmSync(stateFolder, { recursive: true, force: true })
  cpSync(copy, stateFolder, { recursive: true })
  rmSync(copy, { recursive: true })
  for (const name of ['dev', 'editor', 'typed', 'guest']) {
    const outcome = await station.run(['credential-process', '--profile', name])
    expect(outcome, name).toMatchObject({ code: 7, stdout: '' })
  }
  await run(['logout', '--all'])
  expect(existsSync(stateFolder) ? filesIn(stateFolder) : []).toEqual([])
  for (const name of ['dev', 'editor', 'typed'])
    expect(await station.run(['credential-process', '--profile', name]), name).toMatchObject({
      code: 4,
      stdout: '',
    })
})
