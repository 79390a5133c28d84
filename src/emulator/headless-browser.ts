/** What the page looked like where the browser came to rest. */
export interface FinalPage {
  status: number
  url: string
  body: string
}

const MAX_HOPS = 12

/**
 * Does what a person with a browser does: opens the authorize URL, fills in the hosted UI's form, presses its button
 * and follows the redirects to the callback. Cookies go by host name whatever the port, as in browsers. Answers with
 * the last page, which after a wrong password is the form again.
 */
export async function signInHeadlessly(options: {
  authorizeUrl: string
  username: string
  password: string
  /** What the browser keeps from one time to the next; a new browser unless given. */
  cookies?: Map<string, string>
  signal?: AbortSignal
}): Promise<FinalPage> {
  const { authorizeUrl, username, password, cookies = new Map<string, string>(), signal } = options

  async function open(url: URL, form?: URLSearchParams): Promise<FinalPage> {
    let next: { url: URL; form: URLSearchParams | undefined } = { url, form }
    for (let hop = 0; hop < MAX_HOPS; hop++) {
      const answer = await fetch(next.url, {
        ...(next.form ? { method: 'POST', body: next.form } : {}),
        headers: { Accept: 'text/html', Cookie: cookieHeader(cookies, next.url.hostname) },
        redirect: 'manual',
        ...(signal ? { signal } : {}),
      })
      keepCookies(cookies, { answer, hostname: next.url.hostname })
      const location = answer.headers.get('location')
      const body = await answer.text()
      if (answer.status < 300 || answer.status > 399 || location === null) {
        return { status: answer.status, url: next.url.href, body }
      }
      next = { url: new URL(location, next.url), form: undefined }
    }
    throw new Error(`more than ${MAX_HOPS} redirects after ${authorizeUrl}`)
  }

  const page = await open(new URL(authorizeUrl))
  const form = readForm(page.body)
  if (!form) return page
  form.fields.set('username', username)
  form.fields.set('password', password)
  return open(new URL(form.action, page.url), form.fields)
}

function cookieHeader(cookies: Map<string, string>, hostname: string): string {
  const own = [...cookies].filter(([key]) => key.startsWith(`${hostname} `))
  return own.map(([key, value]) => `${key.slice(hostname.length + 1)}=${value}`).join('; ')
}

function keepCookies(cookies: Map<string, string>, from: { answer: Response; hostname: string }): void {
  for (const cookie of from.answer.headers.getSetCookie()) {
    const [, name, value] = /^([^=;]+)=([^;]*)/.exec(cookie) ?? []
    if (name === undefined || value === undefined) continue
    if (/;\s*max-age=0\b/i.test(cookie)) cookies.delete(`${from.hostname} ${name}`)
    else cookies.set(`${from.hostname} ${name}`, value)
  }
}

/** The sign-in form of a page: where it goes and what it sends besides name and password. */
function readForm(html: string): { action: string; fields: URLSearchParams } | undefined {
  const [, tag, content] = /<form\b([^>]*)>([^]*?)<\/form>/i.exec(html) ?? []
  if (tag === undefined || content === undefined || !/type="password"/i.test(content)) return undefined
  const fields = new URLSearchParams()
  for (const [input] of content.matchAll(/<input\b[^>]*>/gi)) {
    const name = attributeOf(input, 'name')
    if (name !== undefined) fields.set(name, attributeOf(input, 'value') ?? '')
  }
  return { action: attributeOf(tag, 'action') ?? '', fields }
}

function attributeOf(tag: string, name: string): string | undefined {
  const value = new RegExp(`\\s${name}="([^"]*)"`, 'i').exec(tag)?.[1]
  return value
    ?.replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
}
