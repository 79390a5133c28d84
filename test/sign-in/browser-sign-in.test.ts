import { createServer } from 'node:net'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createHttp } from '../../src/http/http.ts'
import { signInWithBrowser } from '../../src/sign-in/browser-sign-in.ts'
import type { BrowserSignInOptions, SignInNotice } from '../../src/sign-in/browser-sign-in.ts'
import { answerJson, freePort, listen, occupy, startServer } from './support/server.ts'
import { CLIENT_ID, signInSettings } from './support/settings.ts'
import { createSigner, idTokenClaims, NOW } from './support/tokens.ts'
import type { Signer } from './support/tokens.ts'

let signer: Signer
beforeAll(async () => {
  signer = await createSigner()
})

/** A user pool that answers every code with tokens for the attempt whose authorize URL was shown to it. */
async function startPool(changes: { claims?: Record<string, unknown>; tokenStatus?: number } = {}) {
  let nonce = ''
  const { url, requests } = await startServer(async (request, response) => {
    if (request.path.endsWith('/jwks.json')) {
      answerJson(response, 200, signer.keys)
      return
    }
    if (changes.tokenStatus !== undefined) {
      answerJson(response, changes.tokenStatus, { error: 'invalid_grant' })
      return
    }
    answerJson(response, 200, {
      access_token: 'access-1',
      id_token: await signer.sign(idTokenClaims({ iss: `${url.origin}/pool`, nonce, ...changes.claims })),
      refresh_token: 'refresh-1',
      token_type: 'Bearer',
      expires_in: 3600,
    })
  })
  const port = await freePort()
  const signIn = signInSettings({
    domain: url,
    issuer: `${url.origin}/pool`,
    acceptedIssuers: [`${url.origin}/pool`],
    redirectUris: [`http://localhost:${port}/callback`],
  })
  const tokenRequests = () => requests.filter(({ path }) => path === '/oauth2/token')
  return {
    signIn,
    port,
    tokenRequests,
    show: (authorize: URL) => (nonce = authorize.searchParams.get('nonce') ?? ''),
  }
}

type Pool = Awaited<ReturnType<typeof startPool>>

function begin(pool: Pool, changes: Partial<BrowserSignInOptions> = {}) {
  const http = createHttp({ now: () => NOW.getTime() })
  onTestFinished(() => {
    http.close()
  })
  const notices: SignInNotice[] = []
  const pages: Promise<string>[] = []
  const urls: string[] = []
  const result = signInWithBrowser({
    signIn: pool.signIn,
    clientSecret: undefined,
    http,
    openBrowser: (url) => {
      pages.push(follow(pool, url))
      return Promise.resolve({ kind: 'opened' })
    },
    onUrl: (url) => urls.push(url),
    onNotice: (notice) => notices.push(notice),
    signal: new AbortController().signal,
    timeoutSeconds: 300,
    now: () => NOW.getTime(),
    ...changes,
  })
  return { result, notices, pages, urls }
}

/** A person who signs in at once: the browser comes back to the redirect URI and follows where it is sent. */
async function follow(pool: Pool, url: string): Promise<string> {
  return (await fetch(redirectFor(pool, url))).text()
}

function redirectFor(pool: Pool, url: string, answer: Record<string, string> = { code: 'code-1' }): string {
  const authorize = new URL(url)
  pool.show(authorize)
  const state = authorize.searchParams.get('state') ?? ''
  const back = new URL(authorize.searchParams.get('redirect_uri') ?? '')
  back.search = new URLSearchParams({ ...answer, state }).toString()
  return back.href
}

describe('a sign-in in the browser', () => {
  test('A2: gives verified tokens, keeps them before the browser is told, and shows who signed in', async () => {
    const pool = await startPool()
    const order: string[] = []
    const { result, pages, urls, notices } = begin(pool, {
      accept: ({ tokens }) => {
        order.push(`accepted ${tokens.refreshToken?.reveal() ?? ''}`)
        return Promise.resolve()
      },
    })
    const { claims, tokens, keys } = await result
    expect(claims.email).toBe('alice@example.com')
    expect(tokens.accessToken.reveal()).toBe('access-1')
    expect(keys.keys).toHaveLength(1)
    expect(order).toEqual(['accepted refresh-1'])
    expect(await pages[0]).toContain('You are signed in as <strong><bdi>alice@example.com</bdi>')
    expect(urls).toHaveLength(1)
    expect(notices).toEqual([])
    const [request] = pool.tokenRequests()
    const verifier = new URLSearchParams(request?.body).get('code_verifier') ?? ''
    expect(verifier).toHaveLength(43)
    expect(urls[0]).toContain('code_challenge_method=S256')
    expect(urls[0]).not.toContain(verifier)
    await occupy('127.0.0.1', pool.port)
  })

  test('B27: holds the port when the browser is opened, and the same socket until the end', async () => {
    const pool = await startPool()
    const binders: string[] = []
    const tryToBind = async () => {
      for (const host of ['127.0.0.1', '::1', '0.0.0.0', '::']) {
        binders.push(
          await listen(createServer(), host, pool.port).then(
            () => `${host} was bound`,
            (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : ''),
          ),
        )
      }
    }
    const { result, pages } = begin(pool, {
      openBrowser: async (url) => {
        await tryToBind()
        pages.push(follow(pool, url))
        return { kind: 'opened' }
      },
      accept: tryToBind,
    })
    await result
    expect(binders).toEqual(Array.from({ length: 8 }, () => 'EADDRINUSE'))
  })

  test('B33: exchanges one code, however many callbacks come', async () => {
    const pool = await startPool()
    const { result, pages } = begin(pool, {
      openBrowser: (url) => {
        for (let count = 0; count < 50; count += 1) pages.push(follow(pool, url))
        return Promise.resolve({ kind: 'opened' })
      },
    })
    await result
    const texts = await Promise.all(pages)
    expect(texts.filter((text) => text.includes('<title>Signed in'))).toHaveLength(1)
    expect(texts.filter((text) => text.includes('<title>Already answered'))).toHaveLength(49)
    expect(pool.tokenRequests()).toHaveLength(1)
  })

  test('B41: says failed in the browser when the code is refused', async () => {
    const pool = await startPool({ tokenStatus: 400 })
    const { result, pages } = begin(pool, {
      describeFailure: () => ({ what: 'the code was refused', fix: 'try again' }),
    })
    await expect(result).rejects.toMatchObject({ code: 'token-refused', facts: { error: 'invalid_grant' } })
    expect(await pages[0]).toContain('<title>Sign-in failed')
    expect(await pages[0]).toContain('the code was refused')
    expect(pool.tokenRequests()).toHaveLength(1)
  })

  test('A5: a token with another nonce is not accepted', async () => {
    const pool = await startPool({ claims: { nonce: 'of another sign-in' } })
    let isAccepted = false
    const { result, pages } = begin(pool, {
      accept: () => {
        isAccepted = true
        return Promise.resolve()
      },
    })
    await expect(result).rejects.toMatchObject({ code: 'id-token-invalid', facts: { check: 'nonce' } })
    expect(isAccepted).toBe(false)
    expect(await pages[0]).toContain('<title>Sign-in failed')
  })

  test('what cannot be kept has failed, in the browser too', async () => {
    const pool = await startPool()
    const { result, pages } = begin(pool, { accept: () => Promise.reject(new Error('disk full')) })
    await expect(result).rejects.toThrow('disk full')
    expect(await pages[0]).toContain('<title>Sign-in failed')
    expect(await pages[0]).not.toContain('disk full')
  })

  test('B30: ends when the person refuses', async () => {
    const pool = await startPool()
    const { result, pages } = begin(pool, {
      openBrowser: (url) => {
        const answer = { error: 'access_denied', error_description: 'no' }
        pages.push(fetch(redirectFor(pool, url, answer)).then((response) => response.text()))
        return Promise.resolve({ kind: 'opened' })
      },
    })
    await expect(result).rejects.toMatchObject({
      code: 'sign-in-refused',
      facts: { error: 'access_denied', description: 'no' },
    })
    expect(await pages[0]).toContain('<title>Sign-in refused')
    expect(pool.tokenRequests()).toEqual([])
  })

  test('C50: goes on when no browser opens', async () => {
    const pool = await startPool()
    const { result, notices, pages } = begin(pool, {
      openBrowser: (url) => {
        pages.push(follow(pool, url))
        return Promise.resolve({ kind: 'not-opened', why: 'not-found', detail: 'xdg-open' })
      },
    })
    await result
    expect(notices).toEqual([{ kind: 'not-opened', why: 'not-found', detail: 'xdg-open' }])
  })

  test.each(['127.0.0.1', '::1', '0.0.0.0', '::'])(
    'B25, B26: nothing is opened or said when %s holds the one port',
    async (host) => {
      const pool = await startPool()
      await occupy(host, pool.port)
      const { result, urls, pages } = begin(pool)
      await expect(result).rejects.toMatchObject({ code: 'redirect-ports-taken' })
      expect(urls).toEqual([])
      expect(pages).toEqual([])
    },
  )

  test('B36: a person who never answers ends in a timeout that names client and redirect URI', async () => {
    const pool = await startPool()
    const { result } = begin(pool, {
      openBrowser: undefined,
      signal: AbortSignal.timeout(50),
      timeoutSeconds: 0.05,
    })
    await expect(result).rejects.toMatchObject({
      code: 'sign-in-timeout',
      facts: {
        seconds: 0.05,
        clientId: CLIENT_ID,
        redirectUri: `http://localhost:${pool.port}/callback`,
        opened: 'by hand',
      },
    })
    await occupy('127.0.0.1', pool.port)
  })

  test('B36: a hosted UI where nobody listens is told while waiting goes on, and named by the timeout', async () => {
    const pool = await startPool()
    const domain = new URL(`http://127.0.0.1:${await freePort()}`)
    const { result, notices } = begin(
      { ...pool, signIn: { ...pool.signIn, domain } },
      { openBrowser: undefined, signal: AbortSignal.timeout(2_000), timeoutSeconds: 2, lookAfterMs: 0 },
    )
    await expect(result).rejects.toMatchObject({
      code: 'sign-in-timeout',
      facts: { unreachable: domain.host, because: 'ECONNREFUSED' },
    })
    expect(notices).toMatchObject([
      { kind: 'hosted-ui-unreachable', error: { facts: { host: domain.host, kind: 'connect' } } },
    ])
  })

  test('B37: an interruption goes on as it is, and the port is free', async () => {
    const pool = await startPool()
    const stop = new AbortController()
    const { result } = begin(pool, {
      openBrowser: undefined,
      onUrl: () => {
        stop.abort(new Error('SIGINT'))
      },
      signal: stop.signal,
    })
    await expect(result).rejects.toThrow('SIGINT')
    await occupy('127.0.0.1', pool.port)
  })

  test('a time limit that passes after the callback is not blamed on the redirect URI', async () => {
    const pool = await startPool()
    const stop = new AbortController()
    const { result, pages } = begin(pool, {
      signal: stop.signal,
      accept: () => {
        stop.abort(new DOMException('over', 'TimeoutError'))
        return Promise.reject(stop.signal.reason as Error)
      },
    })
    await expect(result).rejects.toMatchObject({ code: 'deadline-exceeded' })
    expect(await pages[0]).toContain('<title>Sign-in failed')
  })
})

describe('a pasted URL', () => {
  test('signs in, after ones that do not fit', async () => {
    const pool = await startPool()
    let asked = 0
    const { result, notices, urls } = begin(pool, {
      openBrowser: undefined,
      readPastedUrl: () => {
        asked += 1
        const good = redirectFor(pool, urls[0] ?? '')
        const answers = ['hello', good.replace('state=', 'state=0'), good.replace(/\?.*/, '?error=x'), good]
        return Promise.resolve(answers[asked - 1] ?? '')
      },
    })
    expect((await result).claims.username).toBe('alice')
    expect(notices).toEqual([
      { kind: 'pasted-url-rejected', problem: 'this is not a whole URL' },
      { kind: 'pasted-url-rejected', problem: 'the state belongs to another sign-in' },
      { kind: 'unverified-error', error: 'x', description: undefined },
    ])
    expect(asked).toBe(4)
  })

  test('that tells a refusal ends the sign-in', async () => {
    const pool = await startPool()
    const { result, urls } = begin(pool, {
      openBrowser: undefined,
      readPastedUrl: () => Promise.resolve(redirectFor(pool, urls[0] ?? '', { error: 'access_denied' })),
    })
    await expect(result).rejects.toMatchObject({ code: 'sign-in-refused', facts: { error: 'access_denied' } })
  })

  test('is no longer waited for when the callback comes first', async () => {
    const pool = await startPool()
    let prompt: AbortSignal | undefined
    const { result, pages } = begin(pool, {
      readPastedUrl: (signal) => {
        prompt = signal
        return new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            reject(new Error('prompt closed'))
          })
        })
      },
    })
    await result
    expect(await pages[0]).toContain('<title>Signed in')
    expect(prompt?.aborted).toBe(true)
  })

  test('that never comes, for the input has ended, leaves the callback', async () => {
    const pool = await startPool()
    const { result, pages, urls } = begin(pool, {
      openBrowser: undefined,
      readPastedUrl: () => {
        queueMicrotask(() => pages.push(follow(pool, urls[0] ?? '')))
        return Promise.resolve(undefined)
      },
    })
    await result
    expect(await pages[0]).toContain('<title>Signed in')
  })

  test('a prompt that breaks ends the sign-in with its error', async () => {
    const pool = await startPool()
    const readPastedUrl = () => Promise.reject(new Error('terminal gone'))
    await expect(begin(pool, { openBrowser: undefined, readPastedUrl }).result).rejects.toThrow(
      'terminal gone',
    )
  })
})
