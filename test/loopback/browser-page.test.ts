import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { pageHeaders, refusalPage, renderPage } from '../../src/loopback/browser-page.ts'

const PAGE = { title: 'Title', tone: 'plain' as const, paragraphs: ['a paragraph'] }

test('B31: a refusal quotes what was asked as text', () => {
  const html = renderPage(refusalPage('<script>alert(1)</script>\u202e'))
  expect(html).toContain('<title>Request refused - poolkey</title>')
  expect(html).toContain('&#60;script&#62;alert(1)&#60;/script&#62;\\u{202e}')
})

test('follows the dark and light scheme', () => {
  expect(renderPage(PAGE)).toContain('prefers-color-scheme:dark')
})

test('B31: the headers allow this style and nothing else', () => {
  const style = /<style>(.*)<\/style>/s.exec(renderPage(PAGE))?.[1] ?? ''
  const hash = createHash('sha256').update(style).digest('base64')
  expect(pageHeaders()).toEqual({
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Referrer-Policy': 'no-referrer',
    'Cache-Control': 'no-store',
    'Cross-Origin-Resource-Policy': 'same-origin',
  })
})
