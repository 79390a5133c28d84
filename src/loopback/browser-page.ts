/**
 * A page that this machine shows its own person's browser: without script, outside assets or links, so that a strict
 * Content-Security-Policy holds. Pure.
 */
import { createHash } from 'node:crypto'

/** What a page says. Its tone is a colour, and for `bad` an alert to screen readers. */
export interface BrowserPage {
  title: string
  tone: 'good' | 'bad' | 'plain'
  /** HTML; texts that came from elsewhere go through `quoteHtml`. */
  paragraphs: string[]
}

const STYLE = `
:root{color-scheme:light dark;--page:#f4f5f7;--card:#fff;--text:#1b1f24;--quiet:#59636e;--line:#d9dee3;--mark:#57606a}
@media (prefers-color-scheme:dark){:root{--page:#0d1117;--card:#161b22;--text:#e6edf3;--quiet:#9198a1;--line:#30363d;--mark:#9198a1}}
.good{--mark:#1a7f37}.bad{--mark:#cf222e}
@media (prefers-color-scheme:dark){.good{--mark:#3fb950}.bad{--mark:#f85149}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1.5rem;background:var(--page);color:var(--text);font:1rem/1.6 system-ui,sans-serif}
main{width:100%;max-width:30rem;padding:2rem;background:var(--card);border:1px solid var(--line);border-top:.3rem solid var(--mark);border-radius:.75rem}
h1{margin:0 0 .75rem;font-size:1.4rem;line-height:1.3}
p{margin:.5rem 0;overflow-wrap:anywhere}
.quiet{color:var(--quiet)}
footer{margin-top:1.5rem;color:var(--quiet);font-size:.85rem}
`

/** The whole HTML document. Its title says the outcome; screen readers announce it through the main landmark. */
export function renderPage({ title, tone, paragraphs }: BrowserPage): string {
  const role = tone === 'bad' ? 'alert' : 'status'
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title} - poolkey</title>
<style>${STYLE}</style>
</head>
<body>
<main class="${tone}" aria-labelledby="outcome">
<div role="${role}">
<h1 id="outcome">${title}</h1>
${paragraphs.map((paragraph) => `<p>${paragraph}</p>`).join('\n')}
</div>
<footer>poolkey</footer>
</main>
</body>
</html>
`
}

/** Headers of every answer: nothing is loaded, stored, sniffed, framed or told to other sites. */
export function pageHeaders(): Record<string, string> {
  const styleHash = createHash('sha256').update(STYLE).digest('base64')
  return {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Referrer-Policy': 'no-referrer',
    'Cache-Control': 'no-store',
    'Cross-Origin-Resource-Policy': 'same-origin',
  }
}

/** The page for a request that was not accepted; `problem` is why, in words. */
export function refusalPage(problem: string): BrowserPage {
  return {
    title: 'Request refused',
    tone: 'plain',
    paragraphs: [`poolkey did not accept this request: ${quoteHtml(problem)}.`],
  }
}

/** A text of others as HTML that stays a text. */
export function quoteHtml(text: string): string {
  // Control, bidirectional and invisible characters are shown by their number: they could rearrange the words around them.
  const visible = text.replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029]/gu, (character) => {
    return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`
  })
  return `<bdi>${visible.replace(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`)}</bdi>`
}
