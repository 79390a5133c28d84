import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { answerOf, openStation, until } from './poolkey-process.ts'
import type { Station, StationOptions } from './poolkey-process.ts'
import { watchCommandLines } from './secret-sweep.ts'

const CONSOLE = ['console', '--profile', 'dev']

/** A station that is signed in, with the emulator's federation in the place of AWS's. */
async function openConsoleStation(options: StationOptions = {}): Promise<Station> {
  const station = await openStation(options)
  station.env['POOLKEY_SIGNIN_ENDPOINT'] = station.emulator.origin
  if (options.profile?.['cognito_guest'] === undefined) await station.signIn()
  return station
}

/** The forms of the requests for a sign-in token. */
function asked(station: Station): Record<string, string>[] {
  return station.emulator.requests
    .filter(({ operation }) => operation === 'getSigninToken')
    .map(({ body }) => Object.fromEntries(new URLSearchParams(body)))
}

test('I118: the browser gets a page of this machine in its arguments, and is led from there to the console', async () => {
  const station = await openConsoleStation()
  const commandLines = watchCommandLines()
  // It stays, so that its arguments can be seen.
  const browser = join(station.home, 'doubles', 'staying-browser')
  const note = join(station.home, 'tmp', 'url')
  writeFileSync(
    browser,
    `#!/bin/sh\nprintf %s "$1" >'${note}.new'; mv '${note}.new' '${note}'\nwhile [ -e '${note}' ]; do sleep 0.1; done\n`,
  )
  chmodSync(browser, 0o755)
  const running = station.start([...CONSOLE, 's3'], { BROWSER: browser })
  const { existsSync, readFileSync } = await import('node:fs')
  await until(() => existsSync(note))
  const url = readFileSync(note, 'utf8')
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{32}$/)
  await until(() => commandLines.seen().includes(url))
  const page = await fetch(url)
  const text = await page.text()
  expect(text).toContain('assumed-role/')
  expect(text).toContain('https://console.aws.amazon.com/s3/home?region=eu-west-1')
  const outcome = await running.ended
  expect(outcome).toMatchObject({ code: 0, stdout: '' })
  expect(outcome.stderr).toMatch(
    /^Opening the AWS console in the browser \(profile dev\) \.\.\.\nThe console session lasts until \d{4}-\d\d-\d\d \d\d:\d\d UTC\.\n$/,
  )
  const seen = commandLines.stop()
  expect(seen).not.toContain('SigninToken')
  expect(seen).not.toContain('/federation')
  await expect(fetch(url)).rejects.toThrow()
})

test('I118: the token is asked for by POST, with nothing secret in a URL, a trace or an error', async () => {
  const station = await openConsoleStation()
  const answer = answerOf(await station.run(['credential-process', '--profile', 'dev']))
  const outcome = await station.run([...CONSOLE, '--print', '--debug'])
  expect(outcome).toMatchObject({ code: 0 })
  expect(outcome.stderr).toContain('debug: getSigninToken at ')
  const requests = station.emulator.requests.filter(({ operation }) => operation === 'getSigninToken')
  expect(requests.map(({ method, url }) => `${method} ${url}`)).toEqual(['POST /federation'])
  expect(JSON.parse(asked(station)[0]?.['Session'] ?? '')).toEqual({
    sessionId: answer.AccessKeyId,
    sessionKey: answer.SecretAccessKey,
    sessionToken: answer.SessionToken,
  })
  expect(asked(station)[0]).not.toHaveProperty('SessionDuration')
})

test('--print prints the URL alone, opens nothing, and says how long it is good for', async () => {
  const station = await openConsoleStation()
  const outcome = await station.run([...CONSOLE, '/lambda/home#/functions', '--print'])
  expect(outcome).toMatchObject({ code: 0 })
  expect(outcome.stderr).toContain('within 15 minutes')
  expect(outcome.stdout).toMatch(/^http\S+\n$/)
  const page = await (await fetch(outcome.stdout.trim())).text()
  expect(page).toContain('https://console.aws.amazon.com/lambda/home?region=eu-west-1#/functions')
})

test('--role opens the console as another role, this once', async () => {
  const station = await openConsoleStation()
  const { editor } = station.emulator.roles
  const outcome = await station.run([...CONSOLE, '--print', '--role', editor])
  const page = await (await fetch(outcome.stdout.trim())).text()
  expect(page).toContain(`assumed-role/${editor.split('/').at(-1) ?? ''}/`)
})

test('I120: --duration is asked for, and where it is refused the console is had without it, which is said', async () => {
  const station = await openConsoleStation()
  const plain = await station.run([...CONSOLE, '--print', '--duration', '7200'])
  expect(plain).toMatchObject({ code: 0 })
  expect(plain.stderr).not.toContain('session lasts until')
  expect(asked(station).map((form) => form['SessionDuration'])).toEqual(['7200'])
  const { webIdentity, chained } = station.emulator.roles
  station.configure({
    cognito_exchange: 'web-identity',
    cognito_role_arn: webIdentity,
    cognito_chain_role_arn: chained,
  })
  const outcome = await station.run([...CONSOLE, '--print', '--duration', '7200'])
  expect(outcome).toMatchObject({ code: 0 })
  expect(outcome.stderr).toContain('poolkey: warning: AWS refused --duration for these credentials')
  expect(outcome.stderr).toContain('The console session lasts until ')
  expect(asked(station).map((form) => form['SessionDuration'])).toEqual(['7200', '7200', undefined])
  for (const wrong of ['899', '43201', 'x']) {
    expect(await station.run([...CONSOLE, '--duration', wrong])).toMatchObject({ code: 2, stdout: '' })
  }
})

test('credentials that the console does not take: exit 5, what to try, nothing on stdout', async () => {
  const station = await openConsoleStation()
  station.emulator.faults.set(
    'getSigninToken',
    { kind: 'alter', alter: (answer) => ({ ...answer, status: 400, body: '<html>400</html>' }) },
    2,
  )
  const outcome = await station.run([...CONSOLE, '--print'])
  expect(outcome).toMatchObject({ code: 5, stdout: '' })
  expect(outcome.stderr).toContain('does not accept these credentials (HTTP 400)')
  expect(outcome.stderr).toContain('cognito_exchange = basic or web-identity')
})

test.each([
  ['a failing server', { kind: 'server-error' } as const],
  ['a portal', { kind: 'html', status: 200 } as const],
])('%s in the place of AWS: exit 6, nothing on stdout', async (_name, fault) => {
  const station = await openConsoleStation()
  station.emulator.faults.set('getSigninToken', fault, 20)
  expect(await station.run([...CONSOLE, '--print'])).toMatchObject({ code: 6, stdout: '' })
})

test('a browser that never comes: exit 6, and how to print the URL; the port is free again', async () => {
  const station = await openConsoleStation()
  const outcome = await station.run([...CONSOLE, '--timeout', '1'])
  expect(outcome).toMatchObject({ code: 6, stdout: '' })
  expect(outcome.stderr).toContain('no browser came for the console within 1 s')
  expect(outcome.stderr).toContain('poolkey console --print --profile dev')
  const [, url = ''] = /url=(\S+)/.exec(station.browserRuns() ?? '') ?? []
  await expect(fetch(url)).rejects.toThrow()
})

test('where no browser can be opened no token is asked for: exit 3, and how to print the URL', async () => {
  const station = await openConsoleStation()
  const outcome = await station.run(CONSOLE, { BROWSER: undefined, SSH_TTY: '/dev/pts/1' })
  expect(outcome).toMatchObject({ code: 3, stdout: '' })
  expect(outcome.stderr).toContain('poolkey console --print --profile dev')
  expect(asked(station)).toEqual([])
  const failing = await station.run(CONSOLE, { BROWSER: '/bin/false' })
  expect(failing).toMatchObject({ code: 3, stdout: '' })
})

test('Ctrl-C while the browser is waited for ends it', async () => {
  const station = await openConsoleStation()
  const running = station.start(CONSOLE)
  await until(() => station.browserRuns() !== undefined)
  running.child.kill('SIGINT')
  expect(await running.ended).toMatchObject({ code: 130, stdout: '' })
})

test('I119: a page that is not the console is wrong usage, before anything is asked for', async () => {
  const station = await openConsoleStation()
  for (const service of [
    'https://evil.example/',
    '//evil.example/',
    'https://console.aws.amazon.com.evil.example',
  ]) {
    expect(await station.run([...CONSOLE, service, '--print'])).toMatchObject({ code: 2, stdout: '' })
  }
  const elsewhere = { POOLKEY_SIGNIN_ENDPOINT: 'https://signin.evil.example' }
  expect(await station.run([...CONSOLE, '--print'], elsewhere)).toMatchObject({ code: 3, stdout: '' })
  expect(asked(station)).toEqual([])
})

test('nobody signed in: exit 4; a guest is let through to whatever AWS says', async () => {
  const station = await openStation()
  station.env['POOLKEY_SIGNIN_ENDPOINT'] = station.emulator.origin
  expect(await station.run([...CONSOLE, '--print'])).toMatchObject({ code: 4, stdout: '' })
  const guest = await openConsoleStation({
    profile: { cognito_guest: 'true' },
    identityPool: { allowUnauthenticated: true },
  })
  expect(await guest.run([...CONSOLE, '--print'])).toMatchObject({ code: 0 })
})

test('credentials that come from this machine are never sent to AWS: exit 3, naming the variable to set', async () => {
  const station = await openConsoleStation()
  const { origin } = station.emulator
  const real = { POOLKEY_SIGNIN_ENDPOINT: undefined }
  // Where a request of the console would go, were it sent: nobody listens there.
  const nowhere = { ...real, HTTPS_PROXY: 'http://127.0.0.1:9' }
  const refused = await station.run([...CONSOLE, '--print'], nowhere)
  expect(refused).toMatchObject({ code: 3, stdout: '' })
  expect(refused.stderr).toContain(`poolkey: fix: set POOLKEY_SIGNIN_ENDPOINT to ${origin} (`)
  station.configure({ endpoint_url: undefined })
  const byVariable = await station.run([...CONSOLE, '--print'], { ...nowhere, AWS_ENDPOINT_URL: origin })
  expect(byVariable).toMatchObject({ code: 3, stdout: '' })
  expect(byVariable.stderr).toContain('POOLKEY_SIGNIN_ENDPOINT')
  // Of credentials from STS only its endpoint counts.
  const { webIdentity } = station.emulator.roles
  station.configure({
    cognito_exchange: 'web-identity',
    cognito_role_arn: webIdentity,
    endpoint_url: undefined,
  })
  const sts = await station.run([...CONSOLE, '--print'], { ...nowhere, AWS_ENDPOINT_URL_STS: origin })
  expect(sts).toMatchObject({ code: 3, stdout: '' })
  expect(sts.stderr).toContain(`set POOLKEY_SIGNIN_ENDPOINT to ${origin}`)
  const identity = { ...nowhere, AWS_ENDPOINT_URL_COGNITO_IDENTITY: origin }
  const unsent = await station.run([...CONSOLE, '--print'], identity)
  expect(unsent).toMatchObject({ code: 3, stdout: '' })
  expect(unsent.stderr).toContain('profile dev has no endpoint_url')
})
