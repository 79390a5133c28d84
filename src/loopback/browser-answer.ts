/** Answers to this person's browser, each the last on its connection. */
import type { ServerResponse } from 'node:http'
import { pageHeaders, renderPage } from './browser-page.ts'
import type { BrowserPage } from './browser-page.ts'

/** Sends a page. */
export function sendPage(response: ServerResponse, status: number, page: BrowserPage): void {
  const body = renderPage(page)
  const headers = { ...pageHeaders(), Connection: 'close', 'Content-Length': Buffer.byteLength(body) }
  response.writeHead(status, status === 405 ? { ...headers, Allow: 'GET' } : headers)
  response.end(body)
}

/** Sends the browser on to another place, with a GET whatever it asked by (RFC 9110 15.4.4). */
export function sendElsewhere(response: ServerResponse, location: string): void {
  response.writeHead(303, { ...pageHeaders(), Location: location, Connection: 'close', 'Content-Length': 0 })
  response.end()
}
