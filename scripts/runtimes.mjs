// The runtime that the executables carry, bun, one package of the npm registry for each system. Version and bytes are fixed here,
// as the lock file fixes those of the dependencies.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const VERSION = '1.4.5'

/** What poolkey has an executable for, by the names that Node has for platform and processor. */
export const TARGETS = {
  'linux-x64': {
    runtime: 'bun-linux-x64',
    integrity:
      'sha512-IWX9BELoGHAUtMonkeSaNaZwXzRk+oDw6Mk+HBFXd3KHYIBNBsIGRupMZPcgNoDbJpLu6gAJjIoIVPZtt1aJ1g==',
  },
  'linux-arm64': {
    runtime: 'bun-linux-aarch64',
    integrity:
      'sha512-4BXmsSKnjOrlGWqZV4x/oWa7AVoR+B6lCXddMzOAXBIm3t50eslg9wb66gmtW1AamEQ1l1CDvmmruysEhqOWMg==',
  },
  'darwin-x64': {
    runtime: 'bun-darwin-x64',
    integrity:
      'sha512-qkLPMGHZM9NI6CeHTWwVezzmlo6cC4Ta7yUAjYIWXS366qQcOlcp75t2uZyiuVRBMPS0h9qE0tCcvCHGaFqjJg==',
  },
  'darwin-arm64': {
    runtime: 'bun-darwin-aarch64',
    integrity:
      'sha512-4MIFXHmctH2EhAxLXm2/qxNtv17dFtLJylvaOCsrgq6KSqHTs6eW5YSrJjRbJxYUJaR901fsN8JfZOa+CsWpWQ==',
  },
  'win32-x64': {
    runtime: 'bun-windows-x64',
    integrity:
      'sha512-FNvply651vcE/GHgNWz6mZvhmkwBuu8Hw54oNzA+CQog+HW+542rXQmZqNHRkFxazD9L3xi+iTtvO3engAgJfw==',
  },
}

/** The target that this machine is. */
export const NATIVE = `${process.platform}-${process.arch}`

/** What the licences have to say of it. */
export const RUNTIME_NOTE = `bun ${VERSION} (MIT; with JavaScriptCore under LGPL-2.1 and others: https://bun.com/docs/project/license)`

/** The path of a target's runtime, fetched into `folder` unless it is there already. Throws where its bytes are others. */
export function fetchRuntime(target, folder) {
  const { runtime, integrity } = TARGETS[target]
  const home = join(folder, `${runtime}-${VERSION}`)
  const program = join(home, 'bin', target.startsWith('win32') ? 'bun.exe' : 'bun')
  if (existsSync(program)) return program
  const unpacked = `${home}.part`
  rmSync(unpacked, { recursive: true, force: true })
  mkdirSync(unpacked, { recursive: true })
  const line = ['pack', '--silent', '--pack-destination', unpacked, `@oven/${runtime}@${VERSION}`]
  const isWindows = process.platform === 'win32'
  const tarball = join(unpacked, execFileSync('npm', line, { encoding: 'utf8', shell: isWindows }).trim())
  const digest = createHash('sha512').update(readFileSync(tarball)).digest('base64')
  if (`sha512-${digest}` !== integrity) throw new Error(`@oven/${runtime}@${VERSION} is not what it was`)
  execFileSync('tar', ['-xzf', tarball, '-C', unpacked, '--strip-components=1'])
  rmSync(tarball)
  renameSync(unpacked, home)
  return program
}
