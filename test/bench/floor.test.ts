import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { keyIdOf, seal } from '../../src/vault/seal.ts'
import { encodeKey } from '../../src/vault/vault-file.ts'

const floor = fileURLToPath(new URL('floor.cjs', import.meta.url))
const PLAINTEXT = '{"sessionToken":"é"}'

function runFloor(change: (bytes: Buffer) => void = () => undefined) {
  const folder = mkdtempSync(join(tmpdir(), 'poolkey-floor-'))
  onTestFinished(() => {
    rmSync(folder, { recursive: true })
  })
  const key = randomBytes(32)
  const fileName = 'credentials-1.sealed'
  const issuedAt = '2026-11-21T10:00:00.000Z'
  const header = { format: 1 as const, kind: 'credentials', keyId: keyIdOf(key), issuedAt }
  const bytes = seal({ key, fileName, header, plaintext: Buffer.from(PLAINTEXT) })
  change(bytes)
  writeFileSync(join(folder, fileName), bytes)
  writeFileSync(join(folder, 'vault.key'), `${encodeKey(key)}\n`)
  const words = [floor, join(folder, 'vault.key'), join(folder, fileName)]
  return spawnSync(process.execPath, words, { encoding: 'utf8' })
}

test('the floor opens what the vault sealed', () => {
  expect(runFloor()).toMatchObject({ status: 0, stdout: PLAINTEXT, stderr: '' })
})

test.each([
  ['header', 5],
  ['text', -20],
])('the floor shows nothing of an entry whose %s was changed', (_, at) => {
  const outcome = runFloor((bytes) => {
    bytes[at < 0 ? bytes.length + at : at]! ^= 1
  })
  expect(outcome).toMatchObject({ status: 1, stdout: '' })
})
