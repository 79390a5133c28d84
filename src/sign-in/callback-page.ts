/** What the browser is told during a sign-in. Every text that came from elsewhere is escaped. */
import { quoteHtml } from '../loopback/browser-page.ts'
import type { BrowserPage } from '../loopback/browser-page.ts'

/** How it stands; texts may be anybody's. */
export type CallbackPage =
  | { kind: 'signed-in'; who: string }
  | { kind: 'failed'; what: string; fix?: string }
  | { kind: 'refused'; error: string; description: string | undefined }
  | { kind: 'unverified-error'; error: string; description: string | undefined }
  | { kind: 'answered' }
  | { kind: 'signed-out' }

/** The page for it. */
export function callbackPage(page: CallbackPage): BrowserPage {
  switch (page.kind) {
    case 'signed-in':
      return {
        title: 'Signed in',
        tone: 'good',
        paragraphs: [
          `You are signed in as <strong>${quoteHtml(page.who)}</strong>.`,
          '<span class="quiet">You can close this window and return to the terminal.</span>',
        ],
      }
    case 'failed':
      return {
        title: 'Sign-in failed',
        tone: 'bad',
        paragraphs: [
          quoteHtml(page.what),
          ...(page.fix === undefined ? [] : [quoteHtml(page.fix)]),
          '<span class="quiet">Nothing was stored. The terminal says more.</span>',
        ],
      }
    case 'refused':
      return {
        title: 'Sign-in refused',
        tone: 'bad',
        paragraphs: [
          'The user pool or its identity provider answered:',
          answerOf(page),
          '<span class="quiet">Return to the terminal to try again.</span>',
        ],
      }
    case 'unverified-error':
      return {
        title: 'An error that could not be verified',
        tone: 'bad',
        paragraphs: [
          answerOf(page),
          'It does not belong to a sign-in that poolkey began, or the user pool left out the proof. poolkey is still waiting.',
        ],
      }
    case 'signed-out':
      return {
        title: 'Signed out',
        tone: 'good',
        paragraphs: [
          "The browser's session at the user pool has ended.",
          '<span class="quiet">You can close this window and return to the terminal.</span>',
        ],
      }
    case 'answered':
      return {
        title: 'Already answered',
        tone: 'plain',
        paragraphs: ['This sign-in has been answered. The other window and the terminal say how it ended.'],
      }
  }
}

function answerOf(page: { error: string; description: string | undefined }): string {
  const description = page.description === undefined ? '' : `: ${quoteHtml(page.description)}`
  return `<strong>${quoteHtml(page.error)}</strong>${description}`
}
