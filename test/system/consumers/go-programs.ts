/** Builds the programs that stand on the AWS SDKs for Go, by Debian's packages and without network: once a run. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, inject } from 'vitest'
import { startProgram, until } from '../../e2e/poolkey-process.ts'

const GO_PROGRAMS = ['go-v1', 'go-v2'] as const

/** Where a program is, once it is built. */
export function goProgram(name: (typeof GO_PROGRAMS)[number]): string {
  return join(inject('goFolder'), name)
}

/** Has the programs built before the tests of the file, whose patience is not for that: it takes half a minute or so. */
export function buildGoPrograms(): void {
  beforeAll(build, 300_000)
}

/** Whoever comes first builds, the others wait. */
async function build(): Promise<void> {
  const folder = inject('goFolder')
  // Even where it failed: nobody is to wait for it any longer.
  const finished = join(folder, 'finished')
  try {
    mkdirSync(join(folder, 'cache'))
  } catch {
    // Somebody else is at it.
    await until(() => existsSync(finished), 240_000)
    return
  }
  try {
    for (const name of GO_PROGRAMS) {
      const source = fileURLToPath(new URL(`${name}/main.go`, import.meta.url))
      const env = {
        ...{ PATH: '/usr/bin:/bin', HOME: folder, GOPATH: '/usr/share/gocode', GO111MODULE: 'off' },
        ...{ GOCACHE: join(folder, 'cache'), GOPROXY: 'off', GOFLAGS: '', CGO_ENABLED: '0' },
      }
      const words = ['build', '-o', goProgram(name), source]
      const built = await startProgram('/usr/bin/go', words, env).ended
      expect(built, name).toMatchObject({ code: 0, stderr: '' })
    }
  } finally {
    writeFileSync(finished, '')
  }
}
