import { createHash } from 'node:crypto'
import type { Answer } from './answer.ts'

const STYLE = `
:root { color-scheme: light dark; --ink: #16191f; --muted: #5f6b7a; --page: #f4f5f7; --card: #fff; --line: #b6bec9; --accent: #0b5fc0; --on-accent: #fff; --bad: #b3261e }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e9ebed; --muted: #a3adba; --page: #0f141a; --card: #1b232d; --line: #56626f; --accent: #7ab8ff; --on-accent: #06203f; --bad: #ff8f85 }
}
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem; background: var(--page); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif }
main { width: 100%; max-width: 24rem; padding: 2rem; background: var(--card); border: 1px solid var(--line); border-radius: .75rem }
h1 { margin: 0 0 .25rem; font-size: 1.375rem; line-height: 1.3 }
p { margin: 0 0 1rem } .note { color: var(--muted); font-size: .875rem }
label { display: block; margin: 1rem 0 .25rem; font-weight: 600 }
input { width: 100%; padding: .625rem .75rem; font: inherit; color: inherit; background: transparent; border: 1px solid var(--line); border-radius: .5rem }
button { width: 100%; margin-top: 1.5rem; padding: .75rem; font: inherit; font-weight: 600; color: var(--on-accent); background: var(--accent); border: 0; border-radius: .5rem; cursor: pointer }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
[role=alert] { margin: 1rem 0 0; color: var(--bad); font-weight: 600 }
code { overflow-wrap: anywhere }
`

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64')

/** The sign-in form, filled in with a test user so that trying it out takes one press of a button. */
export function signInPage(options: {
  action: string
  username: string
  password: string
  csrfToken: string
  wasWrong: boolean
}): string {
  const { action, username, password, csrfToken, wasWrong } = options
  const invalid = wasWrong ? ' aria-invalid="true" aria-describedby="problem"' : ''
  return page(
    wasWrong ? 'Error: Sign in' : 'Sign in',
    `<h1>Sign in</h1>
<p class="note">Emulated user pool: no Amazon account is involved.</p>
<form method="post" action="${escapeHtml(action)}">
<input type="hidden" name="_csrf" value="${escapeHtml(csrfToken)}">
${wasWrong ? '<p role="alert" id="problem">Incorrect username or password.</p>' : ''}
<label for="username">Username</label>
<input id="username" name="username" type="text" value="${escapeHtml(username)}" autocomplete="username" autocapitalize="none" spellcheck="false" required${invalid}>
<label for="password">Password</label>
<input id="password" name="password" type="password" value="${escapeHtml(password)}" autocomplete="current-password" required${invalid}${wasWrong ? ' autofocus' : ''}>
<button type="submit"${wasWrong ? '' : ' autofocus'}>Sign in</button>
</form>`,
  )
}

/** The page that Cognito shows, calling nobody back, when the client or redirect URI is not its own. */
export function errorPage(error: string, detail: string): string {
  return page(
    'Error',
    `<h1>An error was encountered with the requested page.</h1>
<p><code>${escapeHtml(error)}</code></p>
<p class="note">${escapeHtml(detail)}</p>`,
  )
}

/** Stands for the AWS console: who is signed in there, and which page it would show. */
export function consolePage(options: { arn: string; destination: string }): string {
  return page(
    'Console',
    `<h1>AWS console</h1>
<p class="note">Emulated: no Amazon account is involved.</p>
<p>Signed in as <code id="arn">${escapeHtml(options.arn)}</code></p>
<p>Page: <code id="destination">${escapeHtml(options.destination)}</code></p>`,
  )
}

/** An HTML answer that loads nothing, runs nothing and is shown in no frame. */
export function pageAnswer(status: number, body: string, cookies: string[] = []): Answer {
  return {
    status,
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Cache-Control': 'no-store',
      'Content-Security-Policy': `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; frame-ancestors 'none'`,
      'X-Content-Type-Options': 'nosniff',
      'X-Frame-Options': 'DENY',
      'Referrer-Policy': 'no-referrer',
      ...(cookies.length > 0 ? { 'Set-Cookie': cookies } : {}),
    },
    body,
  }
}

/** Text made safe for element content and quoted attributes. */
function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}

function page(title: string, content: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} - poolkey emulator</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${content}
</main>
</body>
</html>
`
}
