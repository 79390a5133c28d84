import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Secret } from '../../src/secret.ts'
import { helperKeychain } from '../../src/vault/keychain.ts'
import { bundled } from './bundle.ts'
import { refusalOf } from './refusal.ts'
import { temporaryFolder } from './temporary-folder.ts'

// The real helper, where there is no keytar to be found.
const lonelyHelper = bundled('src/vault/keychain-helper.ts', { packages: false })
const never = new AbortController().signal

// A helper that does what `body` says with the request line it was sent.
function helper(body: string, options: { env?: Record<string, string>; limitMs?: number } = {}) {
  const folder = temporaryFolder()
  const helperPath = `${folder}/helper.cjs`
  writeFileSync(
    helperPath,
    `const say = (answer) => process.stdout.write(JSON.stringify(answer) + '\\n')
     require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => { ${body} })`,
  )
  return {
    folder,
    keychain: helperKeychain({ env: {}, command: [process.execPath, helperPath], ...options }),
  }
}

describe('the keychain behind its helper', () => {
  it('passes request and answer', async () => {
    const { folder, keychain } = helper(
      `require('node:fs').appendFileSync('requests', line + '\\n'); say({ ok: true, value: JSON.parse(line).op === 'get' ? 'CANARY' : null })`,
    )
    await keychain.set('vault-key:1', new Secret('CANARY'), never)
    expect((await keychain.get('vault-key:1', never))?.reveal()).toBe('CANARY')
    await keychain.remove('vault-key:1', never)
    const requests = readFileSync(`${folder}/requests`, 'utf8').trim().split('\n')
    expect(requests.map((line): unknown => JSON.parse(line))).toEqual([
      { op: 'set', service: 'poolkey', account: 'vault-key:1', value: 'CANARY' },
      { op: 'get', service: 'poolkey', account: 'vault-key:1' },
      { op: 'remove', service: 'poolkey', account: 'vault-key:1' },
    ])
  })

  it('takes null for an item that is not there', async () => {
    expect(await helper('say({ ok: true, value: null })').keychain.get('x', never)).toBeUndefined()
  })

  it('takes an answer that comes in pieces', async () => {
    const body = `process.stdout.write('{"ok":true,'); setTimeout(() => process.stdout.write('"value":"v"}\\n'), 20)`
    expect((await helper(body).keychain.get('x', never))?.reveal()).toBe('v')
  })

  it('D63, D68: shows its helper neither arguments nor more of the environment than it needs', async () => {
    const env = {
      HOME: '/home/somebody',
      PATH: `bin:/usr/bin:.:/bin::${temporaryFolder()}`,
      DBUS_SESSION_BUS_ADDRESS: 'unix:path=/run/bus',
      NODE_OPTIONS: '--require=/tmp/evil.js',
      AWS_SECRET_ACCESS_KEY: 'CANARY',
      POOLKEY_CLIENT_SECRET: 'CANARY',
      LD_PRELOAD: '/tmp/evil.so',
    }
    const body = `say({ ok: true, value: JSON.stringify({ env: process.env, argv: process.argv.slice(2), execArgv: process.execArgv }) })`
    const told = (await helper(body, { env }).keychain.get('x', never))?.reveal() ?? ''
    expect(JSON.parse(told)).toEqual({
      env: { HOME: env.HOME, PATH: env.PATH.split(':').filter((part) => part.startsWith('/')).join(':'), DBUS_SESSION_BUS_ADDRESS: env.DBUS_SESSION_BUS_ADDRESS },
      argv: [],
      execArgv: [],
    }) // prettier-ignore
  })

  it.each([
    [
      'names a problem',
      `say({ ok: false, problem: 'denied', detail: 'the person said no' })`,
      { problem: 'denied', detail: 'the person said no' },
    ],
    ['names a problem without a detail', `say({ ok: false, problem: 'locked' })`, { problem: 'locked' }],
    ['names a problem that does not exist', `say({ ok: false, problem: 'CANARY' })`, { problem: 'service' }],
    ['says what is no answer', `say({ value: 'CANARY' })`, { problem: 'service' }],
    ['gives a value of another type', `say({ ok: true, value: 5 })`, { problem: 'service' }],
    ['says what is no JSON', `console.log('CANARY')`, { problem: 'service' }],
    ['never ends its line', `process.stdout.write('CANARY'.repeat(50000))`, { problem: 'service' }],
    [
      'ends without a word',
      `process.exit(3)`,
      { problem: 'service', detail: 'its helper ended without an answer (exit code 3)' },
    ],
    [
      'crashes',
      `process.kill(process.pid, 'SIGSEGV')`,
      { problem: 'service', detail: 'its helper ended without an answer (SIGSEGV)' },
    ],
  ])('D61: is unavailable when the helper %s', async (_what, body, facts) => {
    const refusal = await refusalOf(() => helper(body).keychain.get('x', never))
    expect(refusal).toMatchObject({ code: 'keychain-unavailable', ...facts })
    expect(JSON.stringify(refusal)).not.toContain('CANARY')
  })

  it('D61: is unavailable when there is no helper', async () => {
    const keychain = helperKeychain({
      command: [process.execPath, `${temporaryFolder()}/none/helper.cjs`],
      env: {},
    })
    expect(await refusalOf(() => keychain.get('x', never))).toMatchObject({
      code: 'keychain-unavailable',
      problem: 'library',
    })
  })

  it('D61: is given up after its limit, and the helper is killed whatever it does', async () => {
    const body = `require('node:fs').writeFileSync('pid', String(process.pid)); process.on('SIGTERM', () => 0); for (;;);`
    const { folder, keychain } = helper(body, { limitMs: 1500 })
    expect(await refusalOf(() => keychain.get('x', never))).toMatchObject({
      code: 'keychain-unavailable',
      problem: 'timeout',
    })
    await expectGone(Number(readFileSync(`${folder}/pid`, 'utf8')))
  })

  it('D61: is given up when the signal aborts, with its reason, and the helper is killed', async () => {
    const { folder, keychain } = helper(`require('node:fs').writeFileSync('pid', String(process.pid))`)
    const controller = new AbortController()
    const reason = new Error('deadline')
    const asking = keychain.get('x', controller.signal)
    await expect
      .poll(() => existsSync(`${folder}/pid`) && readFileSync(`${folder}/pid`, 'utf8'), { timeout: 5000 })
      .toMatch(/\d/)
    controller.abort(reason)
    await expect(asking).rejects.toBe(reason)
    await expectGone(Number(readFileSync(`${folder}/pid`, 'utf8')))
    await expect(keychain.get('x', controller.signal)).rejects.toBe(reason)
  })
})

describe('the helper', () => {
  it('D61: says that the library cannot be loaded', async () => {
    const keychain = helperKeychain({ command: [process.execPath, lonelyHelper()], env: {} })
    const calls = [
      () => keychain.get('x', never),
      () => keychain.set('x', new Secret('CANARY'), never),
      () => keychain.remove('x', never),
    ]
    for (const call of calls) {
      expect(await refusalOf(call)).toEqual({
        code: 'keychain-unavailable',
        problem: 'library',
        detail: 'the keytar library cannot be loaded',
      })
    }
  })

  it.each([
    '',
    'CANARY',
    'null',
    '{"op":"get"}',
    '{"op":"drop","service":"s","account":"CANARY"}',
    '{"op":"set","service":"s","account":"a"}',
  ])('D59: refuses the request %j without quoting it', async (line) => {
    const child = spawn(process.execPath, [lonelyHelper()], { env: {} })
    onTestFinished(() => void child.kill('SIGKILL'))
    child.stdin.write(`${line}\n`)
    const [said] = (await once(child.stdout, 'data')) as [Buffer]
    expect(JSON.parse(said.toString())).toEqual({
      ok: false,
      problem: 'service',
      detail: 'the request is not valid',
    })
  })

  it('D61: ends itself when whoever asked is gone', async () => {
    const child = spawn(process.execPath, [lonelyHelper()], { env: {} })
    onTestFinished(() => void child.kill('SIGKILL'))
    child.stdin.end()
    expect(await once(child, 'exit')).toEqual([null, 'SIGKILL'])
  })
})

async function expectGone(pid: number): Promise<void> {
  expect(pid).toBeGreaterThan(0)
  await expect
    .poll(() => {
      try {
        return process.kill(pid, 0)
      } catch {
        return false
      }
    })
    .toBe(false)
}
