/** What a person is told while a sign-in waits for a browser: where to open what, and how the answer gets back here. Pure. */
import { explainError } from '../../errors/catalogue.ts'
import { shellWord } from '../../errors/explanation.ts'
import { nextFor } from '../../errors/network-wordings.ts'
import type { Profile } from '../../profile/profile.ts'
import { whereElse } from '../../sign-in/browser-command.ts'
import type { BrowserSurroundings, Elsewhere, NoBrowserReason } from '../../sign-in/browser-command.ts'
import type { SignInNotice, SignInWay } from '../../sign-in/browser-sign-in.ts'
import { capitalised } from '../texts/words.ts'

/** Which pages are to be opened, and what there is here to open them. */
export interface SignInPages extends SignInWay {
  url: string
  /** Why no browser opens; undefined where one does. */
  none: NoBrowserReason | 'asked' | undefined
  surroundings: BrowserSurroundings
  /** Whether the redirected URL can be pasted: a job in the background must be brought to the foreground first. */
  canPaste: 'now' | 'in-foreground' | 'never'
}

/** The lines before the waiting. */
export function pageLines(pages: SignInPages): string[] {
  const { url, none, signOut } = pages
  if (none === undefined) {
    if (!signOut) return ['Sign in with the browser that opens; if none does, open:', `  ${url}`]
    return [
      'The browser that opens ends its session at the user pool; then sign in as somebody else. If none opens, open:',
      `  ${signOut.url}`,
      andThen(signOut),
      `  ${url}`,
    ]
  }
  const where = whereElse(pages.surroundings)
  const place = where === undefined ? 'a browser on this machine' : 'a browser'
  return [
    ...whyLines(none, where),
    ...(signOut
      ? [
          `Open this URL in ${place}, to end its session at the user pool:`,
          `  ${signOut.url}`,
          andThen(signOut),
          `  ${url}`,
        ]
      : [`Open this URL in ${place}:`, `  ${url}`]),
    ...wayBack(pages, where),
  ]
}

function andThen({ leadsOn }: { leadsOn: boolean }): string {
  return leadsOn ? 'If that does not lead on to the sign-in, open after it:' : 'and after it, to sign in:'
}

function whyLines(none: NoBrowserReason | 'asked', where: Elsewhere | undefined): string[] {
  if (none === 'asked') return []
  const also = none === 'root' && where !== undefined ? [`This is ${PLACES[where]}.`] : []
  return [...also, NO_BROWSER[none]]
}

/** How a browser elsewhere reaches the listener here, or the person does in its place. */
function wayBack(
  { redirectUri, signOut, none, surroundings, canPaste }: SignInPages,
  where: Elsewhere | undefined,
): string[] {
  // A script that asked for it knows its way.
  if (none === 'asked' && canPaste === 'never') return []
  const { env } = surroundings
  const ends = [redirectUri, signOut?.beside].flatMap((url) => (url === undefined ? [] : [endOf(url)]))
  const ports = `${ends.length > 1 ? 'ports' : 'port'} ${ends.map(({ port }) => port).join(' and ')}`
  const first = canPaste === 'now' ? '' : 'bring this to the foreground (fg) and '
  const paste = `Or ${first}paste the URL that the browser ends at, even if that page does not load.`
  const pasted = canPaste === 'never' ? [] : [paste]
  const forwards = ends.map(({ hostname, port }) => `-L ${shellWord(`${port}:${hostname}:${port}`)}`)
  switch (where) {
    case 'codespaces': {
      const name = env['CODESPACE_NAME'] ?? ''
      const command = `gh codespace ports forward ${ends.map(({ port }) => `${port}:${port}`).join(' ')}`
      return [
        `Outside of VS Code the browser reaches ${ports} of this codespace while this runs beside it:`,
        `  ${name === '' ? command : `${command} --codespace ${shellWord(name)}`}`,
        ...pasted,
      ]
    }
    case 'container':
      return [
        `The browser must reach ${ports} of this container's own loopback (docker run --network host).`,
        ...pasted,
      ]
    case 'ssh':
    case undefined:
      return [
        `${where === 'ssh' ? 'The browser reaches' : 'A browser on another machine reaches'} ${ports} here while this runs beside it:`,
        `  ssh -N ${forwards.join(' ')} ${sshDestination(env)}`,
        ...pasted,
      ]
  }
}

function endOf(url: string): { hostname: string; port: string } {
  const { hostname, port } = new URL(url)
  return { hostname, port: port === '' ? '80' : port }
}

/** `user@host` as the session at hand was reached, with words to be replaced for what is not known. */
function sshDestination(env: BrowserSurroundings['env']): string {
  // ssh(1): SSH_CONNECTION is the client's address and port, then the server's.
  const [, , address = '', port = ''] = (env['SSH_CONNECTION'] ?? '').split(' ')
  const user = env['LOGNAME'] ?? env['USER'] ?? ''
  const host = /^[0-9a-f.:]+(%\w+)?$/i.test(address) ? address : 'THIS_MACHINE'
  const option = /^\d{1,5}$/.test(port) && port !== '22' ? `-p ${port} ` : ''
  return `${option}${/^\w[\w.-]*$/.test(user) ? `${user}@` : ''}${host}`
}

const PLACES: Record<Elsewhere, string> = {
  codespaces: 'a codespace',
  ssh: 'an SSH session',
  container: 'a container',
}

const NO_BROWSER: Record<NoBrowserReason, string> = {
  root: 'Running as root: no browser is started (set BROWSER or --browser to have one).',
  codespaces: 'This is a codespace: no browser is started.',
  ssh: 'This is an SSH session: no browser is started.',
  container: 'This is a container: no browser is started.',
  'no-display': 'There is no display: no browser is started.',
}

/** What happened meanwhile. */
export function noticeText(notice: SignInNotice, profile: Profile): string {
  switch (notice.kind) {
    case 'hosted-ui-unreachable': {
      const { host } = notice.error.facts
      return `${capitalised(explainError(notice.error, profile).what)}. Still waiting, as a browser may have another way. If it shows no sign-in page: ${nextFor(host, profile)}`
    }
    case 'unverified-error':
      return `Somebody reports an error, unverified: ${notice.error}${notice.description === undefined ? '' : ` (${notice.description})`}. Still waiting.`
    case 'rejected-callback':
      return `A request to the callback was refused: ${notice.problem}. Still waiting.`
    case 'pasted-url-rejected':
      return `That URL does not fit: ${notice.problem}. Once more.`
    case 'not-opened':
      return `No browser opened (${notice.detail}). Open the URL yourself.`
  }
}
