import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { renderPage } from '../../src/loopback/browser-page.ts'
import { callbackPage } from '../../src/sign-in/callback-page.ts'
import type { CallbackPage } from '../../src/sign-in/callback-page.ts'

const HOSTILE = `<script>alert(1)</script><img src=x onerror='a("b")'>&amp;\`\u001b]0;x\u0007\u202e\u200b`

const PAGES: [string, CallbackPage][] = [
  ['Signed in', { kind: 'signed-in', who: HOSTILE }],
  ['Sign-in failed', { kind: 'failed', what: HOSTILE, fix: HOSTILE }],
  ['Sign-in refused', { kind: 'refused', error: HOSTILE, description: HOSTILE }],
  ['An error that could not be verified', { kind: 'unverified-error', error: HOSTILE, description: HOSTILE }],
  ['Already answered', { kind: 'answered' }],
  ['Signed out', { kind: 'signed-out' }],
]

describe('the page', () => {
  test.each(PAGES)('says its outcome in the title and the heading: %s', (title, page) => {
    const html = renderPage(callbackPage(page))
    expect(html).toContain(`<title>${title} - poolkey</title>`)
    expect(html).toContain(`<h1 id="outcome">${title}</h1>`)
    expect(html).toContain('<html lang="en">')
    expect(html).toMatch(/<main [^>]*aria-labelledby="outcome"/)
    expect(html).toMatch(/role="(status|alert)"/)
  })

  test.each(PAGES)('B31: texts of others stay texts: %s', (_title, page) => {
    const html = renderPage(callbackPage(page))
    const withoutOurs = html.replace(/<style>.*<\/style>/s, '')
    expect(withoutOurs).not.toMatch(/<script|<img|<link|<a |<[^>]*(?:src|href|onerror)=/)
    expect(withoutOurs).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u202e]/)
    if (page.kind !== 'answered' && page.kind !== 'signed-out') {
      expect(withoutOurs).toContain('&#60;script&#62;alert(1)&#60;/script&#62;')
      expect(withoutOurs).toContain('\\u{202e}')
    }
  })

  test('B31: no text can add an element', () => {
    const elements = (html: string) => html.match(/<[a-z/!][^>]*>/gi)
    const plain = elements(renderPage(callbackPage({ kind: 'failed', what: 'x' })))
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (what) => {
        expect(elements(renderPage(callbackPage({ kind: 'failed', what })))).toEqual(plain)
      }),
    )
  })
})
