/**
 * A real Chromium (Debian's) for the tests of this folder. Nothing a page asks for leaves the machine, and what pages
 * ask for and complain about is kept.
 */
import { existsSync, mkdtempSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import type { Browser, Page } from 'playwright-core'
import { onTestFinished } from 'vitest'
import { until } from '../e2e/poolkey-process.ts'

const CHROMIUM = '/usr/bin/chromium'
const FLAGS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
  ...['--disable-background-networking', '--disable-component-update'],
]
// Whatever is not on loopback goes to a proxy that is not there.
const LOOPBACK_ONLY = ['--proxy-server=127.0.0.1:9', '--proxy-bypass-list=127.0.0.1;localhost;[::1]']

/** What a page asked for and complained about since it was opened. */
export interface WatchedPage {
  page: Page
  requests: URL[]
  /** Errors and warnings of the console, violations of a Content-Security-Policy, failed requests. */
  complaints: string[]
}

/**
 * A page of a browser that has never been anywhere; both end with the test. It reaches `reaches` (`HOST:PORT`) alone where
 * that is given, like a browser on another machine. Rejects where Chromium is missing.
 */
export async function openPage({ reaches }: { reaches?: string } = {}): Promise<WatchedPage> {
  const home = temporaryFolder()
  // Loopback goes around a proxy unless that is taken back.
  const only = ['--proxy-server=127.0.0.1:9', `--proxy-bypass-list=<-loopback>;${reaches ?? ''}`]
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: [...FLAGS, ...(reaches === undefined ? LOOPBACK_ONLY : only)],
    env: { PATH: '/usr/bin:/bin', HOME: home },
  })
  onTestFinished(() => browser.close())
  const context = await browser.newContext()
  const watched: WatchedPage = { page: await context.newPage(), requests: [], complaints: [] }
  const complain = (text: string) => watched.complaints.push(text)
  const { page } = watched
  page.on('request', (request) => watched.requests.push(new URL(request.url())))
  page.on('requestfailed', (request) => complain(`failed: ${request.url()}`))
  page.on('pageerror', (error) => complain(error.message))
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complain(message.text())
  })
  await page.exposeFunction('complain', complain)
  await page.addInitScript({
    content: `addEventListener('securitypolicyviolation', (violation) =>
      complain(violation.effectiveDirective + ' blocked ' + violation.blockedURI))`,
  })
  return watched
}

/** A command for `--browser` and the page it will have opened. */
export interface BrowserCommand {
  command: string
  openedPage: () => Promise<Page>
}

/** Chromium as a person sets it for poolkey: a command line that the URL is put behind. It ends with the test. */
export function browserCommand(): BrowserCommand {
  const folder = temporaryFolder()
  const flags = [...FLAGS, ...LOOPBACK_ONLY, '--headless', '--remote-debugging-port=0']
  const portFile = join(folder, 'DevToolsActivePort')
  let browser: Browser | undefined
  onTestFinished(async () => {
    const pid = pidOf(folder)
    const session = await browser?.newBrowserCDPSession()
    if (session) await session.send('Browser.close')
    else if (pid !== undefined) process.kill(pid)
    if (pid !== undefined) await until(() => !isRunning(pid))
  })
  return {
    command: [CHROMIUM, ...flags, `--user-data-dir=${folder}`].join(' '),
    openedPage: async () => {
      await until(() => existsSync(portFile) && readFileSync(portFile, 'utf8').includes('\n'))
      const [port = ''] = readFileSync(portFile, 'utf8').split('\n')
      browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`)
      const [context] = browser.contexts()
      const page = context?.pages()[0] ?? (await context?.waitForEvent('page'))
      if (!page) throw new Error('Chromium has no page')
      return page
    },
  }
}

/** The process whose profile a folder is: Chromium's lock is a link to `HOST-PID`. */
function pidOf(folder: string): number | undefined {
  try {
    return Number(/\d+$/.exec(readlinkSync(join(folder, 'SingletonLock')))?.[0])
  } catch {
    // No lock: no Chromium was ever started on it.
    return undefined
  }
}

/** Whether a process has not ended. One that nobody has collected yet has no command line any more. */
function isRunning(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1') !== ''
  } catch {
    // There is no such process.
    return false
  }
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'poolkey-chromium-'))
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  })
  return folder
}
