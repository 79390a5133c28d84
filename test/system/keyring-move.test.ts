/** `configure store` with a real keyring: the key moves in and out of it, and is never lost on the way nor left behind. */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { answerOf, until } from '../e2e/poolkey-process.ts'
import type { Station } from '../e2e/poolkey-process.ts'
import { leaksInFiles } from '../e2e/secret-sweep.ts'
import { lockLoginKeyring, startKeyringSession } from './keyring-session.ts'
import type { KeyringSession } from './keyring-session.ts'
import { accountsInKeyring, keyInKeyring, openKeyringStation, reachOf, readVault } from './keyring-station.ts'

const PROCESS = ['credential-process', '--profile', 'dev']
const FILE = ['configure', 'store', 'file']
const KEYCHAIN = ['configure', 'store', 'keychain']

/** A station where somebody is signed in, with the key in `store`. */
async function openSignedIn(store: 'keychain' | 'file') {
  const { session, station } = await openKeyringStation()
  expect(await station.signIn(['--store', store])).toMatchObject({ code: 0 })
  const answer = answerOf(await station.run(PROCESS))
  return { session, station, answer, account: readVault(station).account }
}

/** Files of a key, finished or not. */
function keyFiles(station: Station): string[] {
  return readdirSync(station.stateFolder).filter((name) => /^vault\.(wrapped-)?key/.test(name))
}

function keyInFile(station: Station): string {
  return readFileSync(join(station.stateFolder, 'vault.key'), 'utf8').trim()
}

/** That the key is where vault.json says, and nowhere else. */
function expectOnlyIn(
  store: 'keychain' | 'file',
  place: { session: KeyringSession; station: Station; key: string },
): void {
  const { session, station, key } = place
  const { account, ...vault } = readVault(station)
  expect(vault).toMatchObject({ store })
  expect(vault).not.toHaveProperty('copiesAt')
  if (store === 'file') {
    expect(keyFiles(station)).toEqual(['vault.key'])
    expect(keyInFile(station)).toBe(key)
    expect(accountsInKeyring(session)).toEqual([])
  } else {
    expect(keyFiles(station)).toEqual([])
    expect(leaksInFiles(station.home, [{ kind: 'sign-in', name: 'sealing key', value: key }])).toEqual([])
    expect(accountsInKeyring(session)).toEqual([account])
    expect(keyInKeyring(session, account)).toBe(key)
  }
}

test('the key moves from a file into the keyring and back, and the credentials stay the same', async () => {
  const { session, station, answer } = await openSignedIn('file')
  const place = { session, station, key: keyInFile(station) }
  expectOnlyIn('file', place)

  expect(await station.run(KEYCHAIN)).toMatchObject({
    code: 0,
    stdout: '',
    stderr: "The sealing key is now in the system's keychain.\n",
  })
  expectOnlyIn('keychain', place)
  expect(answerOf(await station.run(PROCESS))).toEqual(answer)

  expect(await station.run(FILE)).toMatchObject({ code: 0, stdout: '' })
  expectOnlyIn('file', place)
  expect(answerOf(await station.run(PROCESS))).toEqual(answer)
})

test('a locked keyring takes no key: exit 7, and the key stays in its file', async () => {
  const { session, station, answer } = await openSignedIn('file')
  const place = { session, station, key: keyInFile(station) }
  lockLoginKeyring(session)
  const refused = await station.run(KEYCHAIN)
  expect(refused).toMatchObject({ code: 7, stdout: '' })
  expect(refused.stderr).toMatch(/^poolkey: error: .*locked.*\npoolkey: fix: unlock the keychain.*\n$/)
  expect(refused.ms).toBeLessThan(15_000)
  expect(keyFiles(station)).toEqual(['vault.key'])
  expect(answerOf(await station.run(PROCESS))).toEqual(answer)
  expectOnlyIn('file', place)
})

test('a locked keyring gives no key: exit 7, and the key is still in it when it is unlocked', async () => {
  const { session, station, answer, account } = await openSignedIn('keychain')
  const place = { session, station, key: keyInKeyring(session, account) }
  lockLoginKeyring(session)
  for (const words of [FILE, ['configure', 'store', 'passphrase'], KEYCHAIN]) {
    const refused = await station.run(words, { POOLKEY_PASSPHRASE: 'correct horse' })
    expect(refused, words.join(' ')).toMatchObject({ code: 7, stdout: '' })
    expect(refused.stderr).toMatch(/^poolkey: error: .*locked.*\npoolkey: fix: unlock the keychain.*\n$/)
  }
  expect(keyFiles(station)).toEqual([])
  expect(accountsInKeyring(session)).toEqual([account])

  const unlocked = await startKeyringSession(session)
  Object.assign(station.env, reachOf(unlocked))
  expectOnlyIn('keychain', { ...place, session: unlocked })
  expect(answerOf(await station.run(PROCESS))).toEqual(answer)
  expect(await station.run(FILE)).toMatchObject({ code: 0 })
  expectOnlyIn('file', { ...place, session: unlocked })
})

/** Begins a move that has come to where it changes something: it holds the vault's lock. */
async function beginMove(station: Station, to: 'keychain' | 'file') {
  const move = station.start(['configure', 'store', to])
  const hasEnded = () => move.child.exitCode !== null
  await until(() => hasEnded() || existsSync(join(station.stateFolder, 'vault.lock')))
  return { move, beganMs: performance.now() }
}

async function timeMove(station: Station, to: 'keychain' | 'file'): Promise<number> {
  const { move, beganMs } = await beginMove(station, to)
  expect(await move.ended).toMatchObject({ code: 0 })
  return performance.now() - beganMs
}

const ROUNDS = 10

test('a move killed at any instant leaves a vault that opens, and one more move, on or back, leaves no copy', async () => {
  const { session, station, answer } = await openSignedIn('file')
  const place = { session, station, key: keyInFile(station) }
  const takesMs = { keychain: await timeMove(station, 'keychain'), file: await timeMove(station, 'file') }
  // Each move is killed twice: the first time the next one goes back, the second time it goes on.
  const moves = [
    { to: 'keychain', last: 'file' },
    { to: 'keychain', last: 'keychain' },
    { to: 'file', last: 'keychain' },
    { to: 'file', last: 'file' },
  ] as const
  for (let round = 0; round < ROUNDS; round += 2) {
    for (const [index, { to, last }] of moves.entries()) {
      const { move } = await beginMove(station, to)
      // Not a wait for anything: the instants of the kills are what varies, and they spread over a whole move.
      await setTimeout(((round + (index % 2) + Math.random()) / ROUNDS) * takesMs[to])
      move.child.kill('SIGKILL')
      await move.ended
      expect(answerOf(await station.run(PROCESS)), `round ${round} to ${to}`).toEqual(answer)
      expect(await station.run(['configure', 'store', last])).toMatchObject({ code: 0, stdout: '' })
      expectOnlyIn(last, place)
    }
  }
})
