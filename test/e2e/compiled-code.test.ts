/** The program as it is built, and what it keeps of itself beside the vault. Its rules are shown by code-cache.test.ts. */
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { EXECUTABLE, openStation } from './poolkey-process.ts'

const STATUS = ['status', '--profile', 'dev']

// The executable is compiled as it is.
test.skipIf(EXECUTABLE !== undefined)(
  'is compiled once: a second run keeps nothing anew, a spoiled file is mended',
  async () => {
    const station = await openStation()
    const folder = join(station.stateFolder, 'code-cache')
    expect(await station.run(STATUS)).toMatchObject({ code: 0 })
    expect(existsSync(folder)).toBe(false)
    expect(await station.signIn()).toMatchObject({ code: 0 })
    const first = await station.run(STATUS)
    const versions = () =>
      Object.fromEntries(readdirSync(folder).map((name) => [name, statSync(join(folder, name)).ino]))
    const kept = versions()
    expect(Object.keys(kept).join(' ')).toMatch(/\bprogram-.* .*\bsdk-transport-/)
    const second = await station.run(STATUS)
    expect(second).toEqual({ ...first, stdout: second.stdout, ms: second.ms })
    expect(versions()).toEqual(kept)

    const program = join(folder, Object.keys(kept).find((name) => name.startsWith('program-')) ?? '')
    const whole = readFileSync(program)
    writeFileSync(program, Buffer.from(whole).fill(0, whole.length / 2))
    expect(await station.run(STATUS)).toMatchObject({ code: 0, stderr: '' })
    expect(
      readFileSync(program)
        .subarray(whole.length / 2)
        .some((byte) => byte !== 0),
    ).toBe(true)
  },
)
