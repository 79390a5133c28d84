import { execFileSync, spawn } from 'node:child_process'
import { existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Emulator } from '../../src/emulator/emulator.ts'
import { answerOf, openStation, uniqueText, until } from './poolkey-process.ts'
import type { Station } from './poolkey-process.ts'
import { filesIn } from './secret-sweep.ts'

const IMPORT = ['configure', 'import', '--profile', 'dev', '--yes']

/** What only the emulator needs: AWS's own addresses follow from the IDs. */
const IMPORTED_KEYS = {
  region: undefined,
  cognito_user_pool_id: undefined,
  cognito_client_id: undefined,
  cognito_domain: undefined,
  cognito_redirect_uri: undefined,
  cognito_identity_pool_id: undefined,
}

/** A station whose profile has nothing that a file tells. */
async function openBareStation(options: Parameters<typeof openStation>[0] = {}): Promise<Station> {
  const station = await openStation(options)
  station.configure(IMPORTED_KEYS)
  return station
}

/** `amplify_outputs.json` of the emulator's pools. */
function amplifyOutputs(emulator: Emulator): string {
  return JSON.stringify({
    version: '1.4',
    auth: {
      aws_region: emulator.region,
      user_pool_id: emulator.userPoolId,
      user_pool_client_id: emulator.clientId,
      identity_pool_id: emulator.identityPoolId,
      oauth: {
        domain: emulator.origin,
        scopes: ['openid', 'email', 'profile'],
        redirect_sign_in_uri: ['https://app.example.com/', ...emulator.settings.redirectUris],
        redirect_sign_out_uri: ['https://app.example.com/'],
        response_type: 'code',
      },
    },
  })
}

function stackOutputs(emulator: Emulator, more: Record<string, string> = {}): string {
  const outputs = {
    UserPoolId: emulator.userPoolId,
    UserPoolClientId: emulator.clientId,
    IdentityPoolId: emulator.identityPoolId,
    CallbackUrls: emulator.settings.redirectUris.join(','),
    ...more,
  }
  const Outputs = Object.entries(outputs).map(([OutputKey, OutputValue]) => ({ OutputKey, OutputValue }))
  return JSON.stringify({ Stacks: [{ StackName: 'acme', Outputs }] })
}

/** A file of the home folder. */
function fileWith(station: Station, name: string, text: string): string {
  const path = join(station.home, name)
  writeFileSync(path, text)
  return path
}

/** A server on loopback; what it was asked for. */
async function serve(answer: RequestListener): Promise<{ origin: string; asked: string[] }> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}

describe('what is imported works', () => {
  test('a file of Amplify: import, sign in, credentials; what was found and left out is shown with its place', async () => {
    const station = await openBareStation()
    const { emulator } = station
    const file = fileWith(station, 'amplify_outputs.json', amplifyOutputs(emulator))
    const imported = await station.run([...IMPORT, file])
    expect(imported).toMatchObject({ code: 0, stdout: '' })
    expect(imported.stderr).toContain('Amplify Gen 2 outputs (amplify_outputs.json)')
    expect(imported.stderr).toMatch(
      new RegExp(`cognito_client_id +${emulator.clientId} +from auth\\.user_pool_client_id`),
    )
    expect(imported.stderr).toMatch(/^Left out, .*: https:\/\/app\.example\.com\/$/m)
    expect(imported.stderr).not.toContain('exactly so')
    expect(readFileSync(station.configFile, 'utf8')).toContain(
      `cognito_redirect_uri = ${emulator.settings.redirectUris.join(',')}\n`,
    )
    expect(await station.signIn()).toMatchObject({ code: 0 })
    answerOf(await station.run(['credential-process', '--profile', 'dev']))
  })

  test('the region that somebody has set stays, unless another is given', async () => {
    const station = await openBareStation()
    station.configure({ ...IMPORTED_KEYS, region: 'sa-east-1' })
    const text = amplifyOutputs(station.emulator)
    expect(await station.run([...IMPORT, '-'], {}, text)).toMatchObject({ code: 0 })
    expect(readFileSync(station.configFile, 'utf8')).toContain('region = sa-east-1\n')
    await station.run([...IMPORT, '-', '--region', 'us-west-2'], {}, text)
    expect(readFileSync(station.configFile, 'utf8')).toContain('region = us-west-2\n')
  })

  test('stack outputs on stdin, with a flag for what they do not tell, which outranks them', async () => {
    const station = await openBareStation()
    const { emulator } = station
    const text = stackOutputs(emulator, { UserPoolDomain: 'other.auth.eu-west-1.amazoncognito.com' })
    expect(await station.run([...IMPORT, '-', '--domain', emulator.origin], {}, text)).toMatchObject({
      code: 0,
    })
    expect(await station.signIn()).toMatchObject({ code: 0 })
  })

  test('a pipe, as a shell makes of <(...), and a file of Windows PowerShell', async () => {
    const station = await openBareStation()
    const pipe = join(station.home, 'pipe')
    execFileSync('mkfifo', [pipe])
    const running = station.start([...IMPORT, pipe])
    writeFileSync(pipe, amplifyOutputs(station.emulator))
    expect(await running.ended).toMatchObject({ code: 0 })
    const utf16 = Buffer.from(`\uFEFF${amplifyOutputs(station.emulator)}`, 'utf16le')
    writeFileSync(join(station.home, 'utf16.json'), utf16)
    expect(await station.run([...IMPORT, join(station.home, 'utf16.json')])).toMatchObject({ code: 0 })
  })

  test("an app client's secret goes from the file into the vault, and is shown nowhere", async () => {
    const clientSecret = `Canary${uniqueText()}secret4the3client`
    const secrets = [{ kind: 'sign-in', name: 'client secret', value: clientSecret } as const]
    const station = await openBareStation({ clientSecret, secrets, env: { POOLKEY_STORE: undefined } })
    const { userPoolId, clientId, settings, origin, identityPoolId } = station.emulator
    const UserPoolClient = {
      UserPoolId: userPoolId,
      ClientId: clientId,
      ClientSecret: clientSecret,
      CallbackURLs: settings.redirectUris,
      AllowedOAuthFlows: ['code'],
      AllowedOAuthScopes: ['openid', 'email', 'profile'],
      AllowedOAuthFlowsUserPoolClient: true,
    }
    const flags = ['--domain', origin, '--identity-pool-id', identityPoolId, '--store', 'file']
    const imported = await station.run([...IMPORT, '-', ...flags], {}, JSON.stringify({ UserPoolClient }))
    expect(imported).toMatchObject({ code: 0, stdout: '' })
    expect(imported.stderr).toContain(
      '(UserPoolClient.ClientSecret) goes into the vault, not into the profile',
    )
    expect(await station.signIn()).toMatchObject({ code: 0 })
  })

  test("another client by flag does not get the secret of the file's", async () => {
    const station = await openBareStation()
    const UserPoolClient = {
      UserPoolId: 'eu-west-1_AbCdEf123',
      ClientId: 'filesclient',
      ClientSecret: 'x1'.repeat(25),
    }
    const words = [
      ...IMPORT,
      '-',
      '--domain',
      'acme.auth.eu-west-1.amazoncognito.com',
      '--client-id',
      'another',
    ]
    const imported = await station.run(words, {}, JSON.stringify({ UserPoolClient }))
    expect(imported).toMatchObject({ code: 0 })
    expect(imported.stderr).toContain(
      "(UserPoolClient.ClientSecret) may be another client's: it is not taken.",
    )
    expect(imported.stderr).not.toContain('vault')
    expect(existsSync(station.stateFolder)).toBe(false)
  })
})

describe('what is to be registered', () => {
  test('callback URLs of others alone: the URL and the ways to register it, the tool of the file among them', async () => {
    const station = await openBareStation()
    const document = JSON.parse(amplifyOutputs(station.emulator)) as {
      auth: { oauth: Record<string, unknown> }
    }
    document.auth.oauth['redirect_sign_in_uri'] = ['https://app.example.com/']
    const { code, stderr } = await station.run([...IMPORT, '-'], {}, JSON.stringify(document))
    expect(code).toBe(0)
    const { userPoolId, clientId, region } = station.emulator
    expect(stderr).toContain(
      `Register this one for app client ${clientId}, exactly so:\n  http://localhost:8400/callback\n`,
    )
    expect(stderr).toContain(`User pools > ${userPoolId} > App clients > ${clientId} > Login pages`)
    expect(stderr).toContain(`update-user-pool-client --region ${region} --cli-input-json`)
    expect(stderr).toContain(`.CallbackURLs += ["http://localhost:8400/callback"]'`)
    expect(stderr).toContain("externalProviders: { callbackUrls: ['http://localhost:8400/callback', ...]")
    expect(readFileSync(station.configFile, 'utf8')).not.toContain('cognito_redirect_uri')
  })

  test.each([
    [
      'Terraform',
      { pool: { sensitive: false, type: 'string', value: 'eu-west-1_AbCdEf123' } },
      'callback_urls = [',
    ],
    ['CDK', { Stack: { Pool: 'eu-west-1_AbCdEf123' } }, 'oAuth: { callbackUrls: ['],
    [
      'CloudFormation',
      { Stacks: [{ Outputs: [{ OutputKey: 'Pool', OutputValue: 'eu-west-1_AbCdEf123' }] }] },
      'CallbackURLs: [',
    ],
    ['Amplify Gen 1', { aws_user_pools_id: 'eu-west-1_AbCdEf123' }, 'amplify update auth'],
  ])('%s, which tells no callback URL: it is said that nothing is known', async (_, document, way) => {
    const station = await openBareStation()
    const words = [...IMPORT, '-', '--client-id', 'x1', '--domain', 'acme.auth.eu-west-1.amazoncognito.com']
    const { code, stderr } = await station.run(words, {}, JSON.stringify(document))
    expect(code).toBe(0)
    expect(stderr).toContain('The file does not tell the registered callback URLs')
    expect(stderr).toContain(way)
  })
})

test('who signs in with a password is told of no callback URL, and asked for no domain', async () => {
  const station = await openBareStation()
  const outputs = stackOutputs(station.emulator, { CallbackUrls: 'https://app.example.com/' })
  const { code, stderr } = await station.run([...IMPORT, '-', '--sign-in', 'password'], {}, outputs)
  expect(code).toBe(0)
  expect(stderr).not.toMatch(/Register this one|registered callback URLs/)
  expect(readFileSync(station.configFile, 'utf8')).toContain('cognito_sign_in = password\n')
})

describe('what stops it leaves every file as it was', () => {
  test('a missing value is exit 2, naming where to find it', async () => {
    const station = await openBareStation()
    const before = filesIn(station.home)
    const text = stackOutputs(station.emulator)
    const outcome = await station.run([...IMPORT, '-'], {}, text)
    expect(outcome).toMatchObject({ code: 2, stdout: '' })
    expect(outcome.stderr).toContain(
      `describe-user-pool --user-pool-id ${station.emulator.userPoolId} --region eu-west-1 --query "UserPool.[Domain,CustomDomain]"`,
    )
    expect(outcome.stderr).toContain('--domain')
    expect(filesIn(station.home)).toEqual(before)
  })

  test('several values for one key are exit 2, naming each with its place; a flag chooses', async () => {
    const station = await openBareStation()
    const text = stackOutputs(station.emulator, { MobileClientId: '9other123456789abcdefghijk' })
    const words = [...IMPORT, '-', '--domain', station.emulator.origin]
    const outcome = await station.run(words, {}, text)
    expect(outcome).toMatchObject({ code: 2, stdout: '' })
    expect(outcome.stderr).toContain(
      `several values for cognito_client_id: ${station.emulator.clientId} (Stacks[0]`,
    )
    expect(outcome.stderr).toContain('9other123456789abcdefghijk (Stacks[0].Outputs.MobileClientId)')
    expect(outcome.stderr).toContain('fix: name one: --client-id VALUE')
    const chosen = [...words, '--client-id', station.emulator.clientId]
    expect(await station.run(chosen, {}, text)).toMatchObject({ code: 0 })
  })

  test('J121: a file of JavaScript is not run', async () => {
    const station = await openBareStation()
    const marker = join(station.home, 'marker')
    const effect = `require('fs').writeFileSync(${JSON.stringify(marker)}, '')`
    const before = readFileSync(station.configFile, 'utf8')
    const texts = [
      `const awsmobile = ${amplifyOutputs(station.emulator)};\n${effect};\nmodule.exports = awsmobile;\n`,
      `${effect};\nmodule.exports = ${amplifyOutputs(station.emulator)};\n`,
      `export default { auth: (${effect}, {}) };\n`,
    ]
    for (const name of ['aws-exports.js', 'aws-exports.mjs', 'aws-exports.ts', 'package.json'])
      for (const text of texts) {
        const outcome = await station.run([...IMPORT, fileWith(station, name, text)])
        expect(outcome).toMatchObject({ code: 3, stdout: '' })
        expect(outcome.stderr).toMatch(/, line \d, column \d+: .*nothing in a file is run/)
      }
    expect(existsSync(marker)).toBe(false)
    expect(readFileSync(station.configFile, 'utf8')).toBe(before)
  })

  test('J122: a file of 100 MB, one 10,000 levels deep, one that is broken, no text, or not there', async () => {
    const station = await openBareStation()
    const before = readFileSync(station.configFile, 'utf8')
    const large = fileWith(station, 'large', '{}')
    truncateSync(large, 100_000_000)
    writeFileSync(join(station.home, 'bytes'), Buffer.from([0x7b, 0xff, 0xfe, 0x7d]))
    for (const [file, problem] of [
      [large, 'larger than 5 MB'],
      [fileWith(station, 'deep', '['.repeat(10_000)), 'nested deeper than 100 levels'],
      [
        fileWith(station, 'broken', '{"auth": {\n  "user_pool_id": "x"\n'),
        'broken, line 1, column 10: the bracket',
      ],
      [fileWith(station, 'twice', '{"a":1,\n"a":2}'), 'the name "a" stands twice, here and in line 1'],
      [join(station.home, 'bytes'), 'it is no text'],
      [join(station.home, 'none'), 'there is no such file'],
      [station.home, 'it cannot be read (EISDIR)'],
      ['/dev/zero', 'it is a device, not a file'],
    ] as const) {
      const outcome = await station.run([...IMPORT, file])
      expect(outcome, file).toMatchObject({ code: 3, stdout: '' })
      expect(outcome.stderr).toContain(problem)
      expect(outcome.stderr.split('\n').length, outcome.stderr).toBeLessThan(4)
    }
    expect(readFileSync(station.configFile, 'utf8')).toBe(before)
  })

  test('J122: a pipe without end is refused', async () => {
    const station = await openBareStation()
    const pipe = join(station.home, 'pipe')
    execFileSync('mkfifo', [pipe])
    // It ends by itself when nobody reads on.
    const writer = spawn('sh', ['-c', `exec yes >'${pipe}'`], { stdio: 'ignore' })
    onTestFinished(() => {
      writer.kill()
    })
    const outcome = await station.run([...IMPORT, pipe])
    expect(outcome).toMatchObject({ code: 3, stdout: '' })
    expect(outcome.stderr).toContain('larger than 5 MB')
  })

  test('a pipe into which nobody writes is waited for until Ctrl-C', async () => {
    const station = await openBareStation()
    const pipe = join(station.home, 'pipe')
    execFileSync('mkfifo', [pipe])
    const running = station.start([...IMPORT, pipe])
    const proc = `/proc/${String(running.child.pid)}`
    // It has the pipe open, or, as the executable, waits on a thread for that.
    const look = `{ ls -l ${proc}/fd; cat ${proc}/task/*/wchan; } 2>&1 || :`
    await until(() => {
      const seen = execFileSync('sh', ['-c', look], { encoding: 'utf8' })
      return seen.includes(pipe) || seen.includes('wait_for_partner')
    })
    running.child.kill('SIGINT')
    expect(await running.ended).toMatchObject({ code: 130, stdout: '' })
  })

  test('a pipe whose writer says nothing is waited for until Ctrl-C', async () => {
    const station = await openBareStation()
    const pipe = join(station.home, 'pipe')
    execFileSync('mkfifo', [pipe])
    const running = station.start([...IMPORT, pipe])
    // Opens as soon as there is a reader.
    const writer = await open(pipe, 'w')
    await writer.write('{')
    running.child.kill('SIGINT')
    expect(await running.ended).toMatchObject({ code: 130, stdout: '' })
    await writer.close()
  })

  test('a pipe whose writer leaves without a word is an empty file', async () => {
    const station = await openBareStation()
    const pipe = join(station.home, 'pipe')
    execFileSync('mkfifo', [pipe])
    const running = station.start([...IMPORT, pipe])
    await (await open(pipe, 'w')).close()
    const outcome = await running.ended
    expect(outcome).toMatchObject({ code: 3, stdout: '' })
    expect(outcome.stderr).toContain('there is nothing in it')
  })
})

describe('an address', () => {
  test('is read, also where it leads on to another of the same host; its query, which may be a signature, is not shown', async () => {
    const station = await openBareStation()
    const { origin, asked } = await serve((request, response) => {
      if (request.url?.startsWith('/old') === true) response.writeHead(302, { location: '/new' }).end()
      else response.end(amplifyOutputs(station.emulator))
    })
    const outcome = await station.run([...IMPORT, `${origin}/old?X-Amz-Signature=canary`])
    expect(outcome).toMatchObject({ code: 0 })
    expect(outcome.stderr).toContain(`${origin}/old: Amplify Gen 2`)
    expect(outcome.stderr).not.toContain('canary')
    expect(asked).toEqual(['/old?X-Amz-Signature=canary', '/new'])
    expect(await station.signIn()).toMatchObject({ code: 0 })
  })

  test('that leads on to another host, or round and round, is refused', async () => {
    const station = await openBareStation()
    const other = await serve((_, response) => response.end(amplifyOutputs(station.emulator)))
    const { origin, asked } = await serve((request, response) => {
      const location = request.url === '/away' ? `${other.origin}/` : '/round'
      response.writeHead(307, { location }).end()
    })
    const away = await station.run([...IMPORT, `${origin}/away`])
    expect(away).toMatchObject({ code: 3, stdout: '' })
    expect(away.stderr).toContain(`it leads on to another host, ${other.origin}`)
    expect(other.asked).toEqual([])
    expect(await station.run([...IMPORT, `${origin}/round`])).toMatchObject({ code: 3, stdout: '' })
    expect(asked).toHaveLength(5)
  })

  test.each([
    ['is missing', 404, 3, 'the server answered HTTP 404'],
    ['fails', 503, 6, 'failed at the import (HTTP 503)'],
  ])('that %s is told as such', async (_, status, code, problem) => {
    const station = await openBareStation()
    const { origin } = await serve((__, response) => response.writeHead(status).end())
    const outcome = await station.run([...IMPORT, `${origin}/x`])
    expect(outcome).toMatchObject({ code, stdout: '' })
    expect(outcome.stderr).toContain(problem)
  })

  test('of too much, or of a web page, is refused', async () => {
    const station = await openBareStation()
    const { origin } = await serve((request, response) =>
      response.end(request.url === '/page' ? '<!doctype html>' : Buffer.alloc(20_000_000, ' ')),
    )
    expect(await station.run([...IMPORT, `${origin}/large`])).toMatchObject({ code: 6, stdout: '' })
    expect(await station.run([...IMPORT, `${origin}/page`])).toMatchObject({ code: 3, stdout: '' })
  })

  test.each([
    'http://example.com/x.json',
    'ftp://example.com/x',
    'file:///etc/passwd',
    'https://me:canary@example.com/',
  ])('%s is not asked', async (address) => {
    const station = await openBareStation()
    const outcome = await station.run([...IMPORT, address])
    expect(outcome).toMatchObject({ code: 2, stdout: '' })
    expect(outcome.stderr).toContain('https://')
    expect(outcome.stderr).not.toContain('canary')
  })
})
