/** The standalone executables: this machine's is built, and run. */
import { createHash } from 'node:crypto'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { answerOf, openStation, startProgram } from '../e2e/poolkey-process.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'poolkey-executable-'))
const executable = join(folder, 'poolkey')

beforeAll(() => {
  execFileSync(process.execPath, ['scripts/build-executables.mjs', '--native', executable], { cwd: root })
}, 600_000)

afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

test('J126: is poolkey of this version, with the licences of what is in it', async () => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
  const env = { PATH: '/nonexistent', HOME: '/nonexistent' }
  expect(await startProgram(executable, ['--version'], env).ended).toMatchObject({
    code: 0,
    stdout: `${version}\n`,
    stderr: '',
  })
  const licenses = readFileSync(join(folder, 'THIRD_PARTY_LICENSES'), 'utf8')
  for (const name of ['@github/keytar', 'jose', 'bun', '@aws-sdk/client-sts'])
    expect(licenses).toMatch(new RegExp(`^  ${name} \\d`, 'm'))
})

test('J126: says nothing of the machine that built it', () => {
  expect(readFileSync(executable).includes(root)).toBe(false)
})

test('shows the whole chain, alone in a folder, with no Node in reach', async () => {
  const station = await openStation()
  const cwd = join(station.home, 'empty')
  mkdirSync(cwd)
  const env = { ...station.env, PATH: '/nonexistent' }
  const demo = await startProgram(executable, ['demo', '--no-input'], env, { cwd }).ended
  expect(demo).toMatchObject({ code: 0, stderr: '' })
  expect(demo.stdout).toContain('Nothing of it stays on this machine')
})

test('gives the warm credentials that the package keeps, and asks nobody', async () => {
  const station = await openStation()
  await station.signIn()
  const line = ['credential-process', '--profile', 'dev']
  const kept = answerOf(await station.run(line))
  const requests = station.emulator.requests.length
  const answer = answerOf(await startProgram(executable, line, station.env).ended)
  expect(answer).toEqual(kept)
  expect(station.emulator.requests.length).toBe(requests)
})

test('J126: the same sources and runtime give the same executable', () => {
  const again = join(folder, 'again', 'poolkey')
  execFileSync(process.execPath, ['scripts/build-executables.mjs', '--native', again], { cwd: root })
  const [one, other] = [executable, again].map((path) =>
    createHash('sha256').update(readFileSync(path)).digest('hex'),
  )
  expect(other).toBe(one)
})
