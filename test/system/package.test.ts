/** What is published: its files, what an installation runs, and the first minutes of somebody who has just installed it. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import type { RolldownOptions } from 'rolldown'
import { loadConfig } from 'rolldown/config'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openStation, startProgram } from '../e2e/poolkey-process.ts'
import type { Environment, Outcome, Station } from '../e2e/poolkey-process.ts'
import { filesIn } from '../e2e/secret-sweep.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'poolkey-package-'))

interface Packed {
  filename: string
  unpackedSize: number
  files: { path: string; mode: number }[]
}

interface Lock {
  packages: Record<
    string,
    {
      dev?: boolean
      integrity?: string
      resolved?: string
      hasInstallScript?: boolean
    }
  >
}

// Without its scripts: they would build anew what other tests run at this time.
function pack(words: string[]): Packed {
  const text = npm(['pack', '--json', '--ignore-scripts', ...words], root)
  const [packed] = JSON.parse(text) as Packed[]
  if (packed === undefined) throw new Error('npm packed nothing')
  return packed
}

function npm(words: string[], cwd: string): string {
  return execFileSync('npm', words, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}

function json(path: string): unknown {
  return JSON.parse(readFileSync(join(root, path), 'utf8'))
}

afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

describe('the package', () => {
  const { files } = pack(['--dry-run'])
  const paths = files.map(({ path }) => path)

  test('J126: holds what runs, the pages about it, and nothing else', () => {
    const chunks = readdirSync(join(root, 'dist')).map((name) => `dist/${name}`)
    expect(chunks.filter((path) => !/^dist\/[\w.-]+\.cjs$/.test(path))).toEqual([])
    const texts = ['bash', 'fish', 'ps1'].map((ending) => `completions/poolkey.${ending}`)
    const pages = ['README.md', 'CHANGELOG.md', 'SECURITY.md', 'LICENSE', 'THIRD_PARTY_LICENSES']
    expect(paths.toSorted()).toEqual(
      [
        ...['package.json', 'bin/poolkey.cjs', 'man/poolkey.1', 'completions/_poolkey'],
        ...texts,
        ...pages,
        ...chunks,
      ].toSorted(),
    )
    expect(files.filter(({ mode }) => (mode & 0o111) !== 0).map(({ path }) => path)).toEqual([
      'bin/poolkey.cjs',
    ])
  })

  test('J126: says nothing of the machine that built it', () => {
    const traces = paths.filter((path) => {
      const text = readFileSync(join(root, path), 'latin1')
      return text.includes(root) || text.includes('sourceMappingURL')
    })
    expect(traces).toEqual([])
  })

  test('J126: runs nothing of its own when it is installed, and depends on one package, which it can do without', () => {
    const { scripts, dependencies, optionalDependencies, publishConfig } = json('package.json') as {
      scripts: Record<string, string>
      dependencies?: Record<string, string>
      optionalDependencies: Record<string, string>
      publishConfig: { provenance: boolean }
    }
    const atInstall = ['preinstall', 'install', 'postinstall', 'preprepare', 'prepare', 'postprepare']
    expect(Object.keys(scripts).filter((name) => atInstall.includes(name))).toEqual([])
    // npm would run node-gyp for it.
    expect(existsSync(join(root, 'binding.gyp'))).toBe(false)
    expect({ ...dependencies, ...optionalDependencies }).toEqual({
      keytar: expect.stringMatching(/^npm:@github\/keytar@/) as string,
    })
    expect(publishConfig.provenance).toBe(true)
  })
})

describe('the build', () => {
  interface Built {
    fileName: string
    code: string
    packages: string[]
  }

  /** The same build, kept in memory; the packages are those that its maps lead to. */
  async function buildAnew(sourcemap: boolean): Promise<Built[]> {
    const parts = (await loadConfig(join(root, 'rolldown.config.js'))) as RolldownOptions[]
    const built = await Promise.all(
      parts.map(async ({ output, ...input }) => {
        const bundle = await rolldown({ ...input, cwd: root, logLevel: 'silent' })
        const { output: made } = await bundle.generate({ ...[output].flat()[0], cleanDir: false, sourcemap })
        return made.flatMap((one) => (one.type === 'chunk' ? [one] : []))
      }),
    )
    return built.flat().map(({ fileName, code, map }) => ({
      fileName,
      code,
      packages: (map?.sources ?? []).flatMap((source) => PACKAGE.exec(source)?.slice(1) ?? []),
    }))
  }
  const PACKAGE = /node_modules\/((?:@[^/]+\/)?[^/]+)\//

  test('J126: gives the same bytes each time', async () => {
    const built = await buildAnew(false)
    expect(built.map(({ fileName }) => fileName).toSorted()).toEqual(
      readdirSync(join(root, 'dist')).toSorted(),
    )
    const others = built.filter(
      ({ fileName, code }) => readFileSync(join(root, 'dist', fileName), 'utf8') !== code,
    )
    expect(others.map(({ fileName }) => fileName)).toEqual([])
  })

  test('J126: names every package that is in it, with its licence', async () => {
    const built = await buildAnew(true)
    const packages = [...new Set(built.flatMap((one) => one.packages))]
    expect(packages.length).toBeGreaterThan(20)
    const text = readFileSync(join(root, 'THIRD_PARTY_LICENSES'), 'utf8')
    const [list = ''] = text.split('-'.repeat(80))
    for (const name of packages) {
      const { version } = json(`node_modules/${name}/package.json`) as { version: string }
      expect(list).toContain(`\n  ${name} ${version} (`)
    }
    // Two packages may have the same licence, none has an unknown one.
    const licenses = [...list.matchAll(/^ {2}\S+ \S+ \((.+)\)$/gm)].map(([, license = '']) => license)
    expect(licenses.length).toBeGreaterThanOrEqual(packages.length)
    expect(licenses.filter((license) => !['MIT', 'Apache-2.0', 'ISC', '0BSD'].includes(license))).toEqual([])
    expect(text).toContain('Version 2.0, January 2004')
  })
})

describe('the lock file', () => {
  const all = Object.entries((json('package-lock.json') as Lock).packages).filter(([path]) => path !== '')

  test('J126: holds every package to its bytes, and has them from the registry alone', () => {
    expect(all.length).toBeGreaterThan(100)
    expect(all.filter(([, { integrity }]) => !integrity?.startsWith('sha512-'))).toEqual([])
    const elsewhere = all.filter(
      ([, { resolved = '' }]) => resolved !== '' && !resolved.startsWith('https://registry.npmjs.org/'),
    )
    expect(elsewhere).toEqual([])
  })

  test('J126: knows one package with an install script, which may not run, and what an installation takes', () => {
    const scripted = all.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => path)
    expect(scripted).toEqual(['node_modules/keytar'])
    expect((json('package.json') as { allowScripts: unknown }).allowScripts).toEqual({
      '@github/keytar': false,
    })
    const installed = all.filter(([, { dev }]) => !dev).map(([path]) => path)
    expect(installed).toEqual(['node_modules/keytar', 'node_modules/node-addon-api'])
  })
})

describe('installed', () => {
  let tarball = ''
  beforeAll(() => {
    tarball = join(folder, pack(['--pack-destination', folder]).filename)
  })

  // How this machine reaches the registry. npm would look for it below --prefix.
  const registry = { npm_config_globalconfig: npm(['config', 'get', 'globalconfig'], root).trim() }

  /** Somebody with an empty home in an empty folder. */
  async function openNewcomer(): Promise<Station & { prefix: string; npmEnv: Environment; cwd: string }> {
    const station = await openStation()
    rmSync(station.configFile)
    const [prefix, cwd] = [join(station.home, 'prefix'), join(station.home, 'empty')]
    for (const path of [prefix, cwd]) mkdirSync(path)
    const cache = npm(['config', 'get', 'cache'], root).trim()
    const npmEnv = { ...station.env, ...registry, npm_config_cache: cache, npm_config_prefer_offline: 'true' }
    return { ...station, prefix, cwd, npmEnv }
  }

  async function install(words: string[] = []): Promise<{
    newcomer: Awaited<ReturnType<typeof openNewcomer>>
    poolkey: (words: string[], env?: Environment) => Promise<Outcome>
  }> {
    const newcomer = await openNewcomer()
    const { prefix, npmEnv, cwd, env: own } = newcomer
    const line = ['install', '--global', '--prefix', prefix, ...words, tarball]
    const installed = await startProgram('npm', line, npmEnv, { cwd }).ended
    expect(installed).toMatchObject({ code: 0 })
    // npm asks about every script that it did not run.
    expect(installed.stderr).not.toContain('poolkey@')
    const program = join(prefix, 'bin', 'poolkey')
    const poolkey = (rest: string[], env: Environment = {}) =>
      startProgram(program, rest, { ...own, ...env }, { cwd }).ended
    return { newcomer, poolkey }
  }

  test('J126: demo runs by npx in an empty folder with an empty home', async () => {
    const { npmEnv, cwd, home } = await openNewcomer()
    const line = ['--yes', `file:${tarball}`, 'demo', '--no-input']
    const demo = await startProgram('npx', line, npmEnv, { cwd }).ended
    expect(demo, demo.stderr).toMatchObject({ code: 0 })
    expect(demo.stdout).toContain('Nothing of it stays on this machine')
    expect(readdirSync(cwd)).toEqual([])
    expect(existsSync(join(home, '.local'))).toBe(false)
  })

  test('configure by npx says that what it writes does not last', async () => {
    const newcomer = await openNewcomer()
    const { npmEnv, cwd, configFile } = newcomer
    const settings = ['--user-pool-id', 'eu-west-1_AbCdEf123', '--client-id', '1example23456789']
    const domain = ['--domain', 'acme.auth.eu-west-1.amazoncognito.com']
    const words = ['configure', '--profile', 'dev', ...settings, ...domain, '--yes']
    const outcome = await startProgram('npx', ['--yes', `file:${tarball}`, ...words], npmEnv, { cwd }).ended
    expect(outcome, outcome.stderr).toMatchObject({ code: 0 })
    expect(readFileSync(configFile, 'utf8')).toMatch(/^credential_process = .*_npx/m)
    expect(outcome.stderr).toContain('npm install --global poolkey')
    // Installed, it takes the line over and says nothing of the kind.
    const { prefix } = newcomer
    const install = ['install', '--global', '--prefix', prefix, tarball]
    expect(await startProgram('npm', install, npmEnv, { cwd }).ended).toMatchObject({ code: 0 })
    const again = await startProgram(join(prefix, 'bin', 'poolkey'), words, newcomer.env, { cwd }).ended
    expect(again, again.stderr).toMatchObject({ code: 0 })
    expect(again.stderr).not.toContain('npm install')
    expect(readFileSync(configFile, 'utf8')).not.toContain('_npx')
  })

  test('J126: is tried, has its manual page and completions, and goes without a trace', async () => {
    const { newcomer, poolkey } = await install(['--ignore-scripts'])
    const { home, prefix, npmEnv, cwd } = newcomer
    const { version } = json('package.json') as { version: string }
    expect(await poolkey(['--version'])).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: '' })
    expect(await poolkey(['demo', '--no-input'])).toMatchObject({ code: 0, stderr: '' })
    expect(await poolkey(['completion', 'bash'])).toMatchObject({
      code: 0,
      stdout: readFileSync(join(root, 'completions', 'poolkey.bash'), 'utf8'),
    })
    const manual = { ...newcomer.env, MANPATH: join(prefix, 'share', 'man') }
    const page = await startProgram('/usr/bin/man', ['--where', 'poolkey'], manual).ended
    expect(page).toMatchObject({ code: 0, stderr: '' })
    expect(page.stdout.trim()).toMatch(/\/poolkey\.1$/)

    const line = ['uninstall', '--global', '--prefix', prefix, 'poolkey']
    expect(await startProgram('npm', line, npmEnv, { cwd }).ended).toMatchObject({ code: 0 })
    expect(filesIn(prefix).filter((path) => !path.endsWith('.package-lock.json'))).toEqual([])
    expect(existsSync(join(home, '.local'))).toBe(false)
  })

  test('J126: the keychain is spoken to by a binary that came with the package, without its install script', async () => {
    const { newcomer, poolkey } = await install()
    newcomer.configure()
    const outcome = await poolkey(['login', '--profile', 'dev', '--no-input'], { POOLKEY_STORE: 'keychain' })
    // It is there, and finds no Secret Service.
    expect(outcome).toMatchObject({ code: 7 })
    expect(outcome.stderr).not.toContain('library')
  })

  test('J126: without that package it says so, and keeps the key elsewhere by choice', async () => {
    const { newcomer, poolkey } = await install(['--ignore-scripts'])
    newcomer.configure()
    // npm goes on so where it cannot be had.
    const { prefix } = newcomer
    rmSync(join(prefix, 'lib', 'node_modules', 'poolkey', 'node_modules'), { recursive: true })
    const login = ['login', '--profile', 'dev', '--no-input']
    const outcome = await poolkey(login, { POOLKEY_STORE: 'keychain' })
    expect(outcome).toMatchObject({ code: 7 })
    expect(outcome.stderr).toContain("the system's keychain library cannot be loaded")
    expect(outcome.stderr).toContain('--store')
    expect(await poolkey(['demo', '--no-input'])).toMatchObject({ code: 0, stderr: '' })
  })
})
