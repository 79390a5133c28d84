/** Builds the programs that stand on the AWS SDKs for Go, by Debian's packages and without network: once a run. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, inject } from 'vitest'
import { startProgram, until } from '../../e2e/poolkey-process.ts'

export const GO_PROGRAMS = ['go-v1', 'go-v2'] as const

/** The folder with the built programs. Whoever asks first builds, the others wait; a build takes half a minute or so. */
export async function buildGoPrograms(): Promise<string> {
  const folder = inject('goFolder')
  const finished = join(folder, 'finished')
  try {
    mkdirSync(join(folder, 'cache'))
  } catch {
    // Somebody else is at it.
    await until(() => existsSync(finished), 240_000)
    return folder
  }
  for (const name of GO_PROGRAMS) {
    const source = fileURLToPath(new URL(`${name}/main.go`, import.meta.url))
    const env = {
      ...{ PATH: '/usr/bin:/bin', HOME: folder, GOPATH: '/usr/share/gocode', GO111MODULE: 'off' },
      ...{ GOCACHE: join(folder, 'cache'), GOPROXY: 'off', GOFLAGS: '', CGO_ENABLED: '0' },
    }
    const built = await startProgram('/usr/bin/go', ['build', '-o', join(folder, name), source], env).ended
    expect(built, name).toMatchObject({ code: 0, stderr: '' })
  }
  writeFileSync(finished, '')
  return folder
}
