/**
 * The whole chain against the embedded Cognito, with state of its own that is gone afterwards. Every step is the real
 * command in a process of its own, as a person and an AWS tool would run it.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmulator } from '../../emulator/emulator.ts'
import type { Emulator } from '../../emulator/emulator.ts'
import { signInHeadlessly } from '../../emulator/headless-browser.ts'
import { PoolkeyError } from '../../errors/poolkey-error.ts'
import { checkCredentials } from '../../exchange/credentials.ts'
import { createSecurityTokenClient } from '../../exchange/security-token.ts'
import { createHttp } from '../../http/http.ts'
import { hasBrowser } from '../../sign-in/browser-command.ts'
import { surroundingsOf } from '../sign-in/browser-surroundings.ts'
import type { BrowserContext } from '../sign-in/browser-surroundings.ts'
import type { Needs } from '../context.ts'
import { runSelf } from './demo-step.ts'

const PROFILE = 'demo'

type DemoContext = BrowserContext & Needs<'terminal' | 'selfCommand' | 'now' | 'interrupted'>

/**
 * Signs in, gets credentials, uses them, and gets them again from the cache; leaves nothing behind.
 * Throws `environment-invalid` without a place for temporary files, `output-closed`.
 */
export async function demo(context: DemoContext): Promise<number> {
  const { terminal } = context
  const emulator = await startEmulator({ redirectUris: await freeRedirectUris(), now: context.now })
  let folder: string | undefined
  try {
    folder = makeFolder(context.platform)
    writeFileSync(join(folder, 'config'), emulator.profileText(PROFILE), { mode: 0o600 })
    const env = demoEnvironment(context.env, folder)
    terminal.answer(`An embedded Cognito and STS listen on ${emulator.origin}: no AWS account is needed.\n`)

    const signedIn = await signIn(context, { emulator, env })
    if (signedIn !== 0) return signedIn

    const first = await runSelf(context, { args: ['credential-process', '--profile', PROFILE], env })
    if (first.code !== 0) return first.code
    terminal.answer(
      heading('poolkey credential-process', 'what the aws CLI, Terraform and every SDK run') +
        pretty(first.stdout),
    )

    const { arn, account } = await callerIdentity(context, { emulator, answer: first.stdout })
    terminal.answer(
      `${heading('GetCallerIdentity', 'with these credentials')}  ${arn} in account ${account}\n`,
    )

    const second = await runSelf(context, { args: ['credential-process', '--profile', PROFILE], env })
    if (second.code !== 0) return second.code
    const same =
      second.stdout === first.stdout ? 'the same credentials, from the sealed cache' : 'new credentials'
    terminal.answer(`${heading('poolkey credential-process', 'once more')}  ${same}, in ${second.ms} ms\n`)

    terminal.answer(heading('poolkey logout', 'revoked and wiped'))
    await runSelf(context, { args: ['logout', '--profile', PROFILE], env })
    terminal.answer(
      '\nThat was the whole chain. Nothing of it stays on this machine. For your own user pool, see the README.\n',
    )
    return 0
  } catch (error) {
    // What an interruption breaks off fails in its own way; the interruption is what happened.
    context.interrupted.throwIfAborted()
    throw error
  } finally {
    await emulator.stop()
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
  }
}

function makeFolder(platform: NodeJS.Platform): string {
  const place = tmpdir()
  try {
    return mkdtempSync(join(place, 'poolkey-demo-'))
  } catch (cause) {
    const variable = platform === 'win32' ? 'TEMP' : 'TMPDIR'
    const facts = { variable, value: place, allowed: 'a folder that exists and that you can write to' }
    throw new PoolkeyError('environment-invalid', facts, { cause })
  }
}

async function signIn(
  context: DemoContext,
  stage: { emulator: Emulator; env: Record<string, string | undefined> },
): Promise<number> {
  const { terminal } = context
  const args = ['login', '--profile', PROFILE]
  if (terminal.canAsk && hasBrowser(surroundingsOf(context, undefined))) {
    terminal.answer(heading('poolkey login', 'press the button in the browser'))
    return (await runSelf(context, { args, env: stage.env, atTerminal: true })).code
  }
  terminal.answer(heading('poolkey login', 'no terminal with a browser here, so the demo signs in by itself'))
  const { username, password } = stage.emulator.user
  const login = await runSelf(context, {
    args: [...args, '--no-browser', '--no-input'],
    env: stage.env,
    onUrl: (authorizeUrl) => {
      void signInHeadlessly({ authorizeUrl, username, password, signal: context.interrupted }).catch(
        (error: unknown) => {
          if (context.interrupted.aborted) return
          terminal.label('warning', error instanceof Error ? error.message : 'the automatic sign-in failed')
        },
      )
    },
  })
  return login.code
}

async function callerIdentity(
  context: Needs<'now' | 'interrupted'>,
  from: { emulator: Emulator; answer: string },
) {
  const { origin, region } = from.emulator
  const http = createHttp({ now: context.now })
  try {
    const answer = fieldsOf(from.answer)
    const credentials = checkCredentials(
      {
        accessKeyId: answer['AccessKeyId'],
        secretAccessKey: answer['SecretAccessKey'],
        sessionToken: answer['SessionToken'],
        expiration: new Date(answer['Expiration'] ?? ''),
      },
      { host: origin, operation: 'credential-process' },
    )
    const place = { region, endpoint: new URL(origin), useFips: false, useDualstack: false }
    return await createSecurityTokenClient(place, http).requestCallerIdentity({
      credentials: { ...credentials, accountId: undefined, roleArn: undefined },
      signal: context.interrupted,
    })
  } finally {
    http.close()
  }
}

function fieldsOf(json: string): Record<string, string> {
  const value: unknown = JSON.parse(json)
  if (typeof value !== 'object' || value === null) return {}
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, String(field)]))
}

/** The person's environment without anything that would lead the children away from the demo's own profile and state. */
function demoEnvironment(
  env: Record<string, string | undefined>,
  folder: string,
): Record<string, string | undefined> {
  const kept = Object.entries(env).filter(([name]) => !/^(AWS|POOLKEY)_/.test(name))
  return {
    ...Object.fromEntries(kept),
    AWS_CONFIG_FILE: join(folder, 'config'),
    AWS_SHARED_CREDENTIALS_FILE: join(folder, 'credentials'),
    POOLKEY_HOME: join(folder, 'state'),
    // A throw-away vault has no business in the person's keychain.
    POOLKEY_STORE: 'file',
  }
}

/** Callback URLs on ports that are free at this moment; three, should somebody take one before the sign-in. */
async function freeRedirectUris(): Promise<string[]> {
  const servers = await Promise.all(
    [0, 1, 2].map(
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve, reject) => {
          const server = createServer()
          server.once('error', reject)
          server.listen({ port: 0, host: '127.0.0.1' }, () => {
            resolve(server)
          })
        }),
    ),
  )
  return servers.map((server) => {
    const address = server.address()
    server.close()
    return `http://localhost:${typeof address === 'object' && address !== null ? address.port : 0}/callback`
  })
}

function heading(command: string, remark: string): string {
  return `\n$ ${command}    # ${remark}\n`
}

function pretty(json: string): string {
  const fields = Object.entries(fieldsOf(json)).map(([name, value]) => {
    return `  ${name.padEnd(16)} ${value.length > 60 ? `${value.slice(0, 57)}...` : value}\n`
  })
  return fields.join('')
}
