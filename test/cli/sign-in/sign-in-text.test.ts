import { describe, expect, test } from 'vitest'
import { pageLines } from '../../../src/cli/sign-in/sign-in-text.ts'
import type { SignInPages } from '../../../src/cli/sign-in/sign-in-text.ts'

const URL_TEXT = 'https://acme.example/oauth2/authorize?a=b'
const SIGN_OUT = 'https://acme.example/logout?a=b'

function linesOf(changes: Partial<SignInPages> & { env?: Record<string, string> } = {}): string[] {
  const { env = {}, ...rest } = changes
  return pageLines({
    url: URL_TEXT,
    redirectUri: 'http://localhost:8400/callback',
    signOut: undefined,
    none: 'ssh',
    surroundings: { command: undefined, env, platform: 'linux', isRoot: false, isContainer: false },
    canPaste: 'now',
    ...rest,
  })
}

const sshLine = (changes: Parameters<typeof linesOf>[0]) =>
  linesOf(changes).find((line) => line.includes('ssh -N'))

describe('the line that forwards the port', () => {
  const SSH_CONNECTION = '192.0.2.7 50022 198.51.100.9 22'

  test.each([
    ['http://localhost:8400/callback', '8400:localhost:8400'],
    ['http://127.0.0.1:8400/callback', '8400:127.0.0.1:8400'],
    ['http://[::1]:8400/callback', "'8400:[::1]:8400'"],
    ['http://localhost/callback', '80:localhost:80'],
  ])('for %s forwards %s', (redirectUri, forwarded) => {
    expect(sshLine({ redirectUri, env: { SSH_CONNECTION } })).toBe(`  ssh -N -L ${forwarded} 198.51.100.9`)
  })

  test.each([
    [{ SSH_CONNECTION, USER: 'dana' }, 'dana@198.51.100.9'],
    [{ SSH_CONNECTION, USER: 'root', LOGNAME: 'dana' }, 'dana@198.51.100.9'],
    [{ SSH_CONNECTION: '2001:db8::7 1 fe80::9%eth0 2222', USER: 'dana' }, '-p 2222 dana@fe80::9%eth0'],
    [{ SSH_TTY: '/dev/pts/1' }, 'THIS_MACHINE'],
  ])('names what is known: %j', (env, destination) => {
    expect(sshLine({ env })).toBe(`  ssh -N -L 8400:localhost:8400 ${destination}`)
  })

  test.each(['-oProxyCommand=id', 'x y', '$(id)', "a'b", 'a;id', '\u001b[2J', '../x'])(
    'takes no name and no address that could be more than that: %j',
    (hostile) => {
      const env = { SSH_CONNECTION: `1 2 ${hostile.replaceAll(' ', '')} ${hostile}`, LOGNAME: hostile }
      expect(sshLine({ env })).toBe('  ssh -N -L 8400:localhost:8400 THIS_MACHINE')
    },
  )
})

test('a script that asked for no browser is told the URL alone', () => {
  expect(linesOf({ none: 'asked', canPaste: 'never' })).toEqual([
    'Open this URL in a browser on this machine:',
    `  ${URL_TEXT}`,
  ])
})

test('without a terminal nobody is told to paste', () => {
  expect(linesOf({ none: 'no-display', canPaste: 'never' }).join('\n')).not.toMatch(/paste/i)
  expect(linesOf({ none: 'no-display' }).at(-1)).toMatch(/^Or paste the URL/)
})

describe('with a session to be ended first', () => {
  test.each([
    [undefined, true, 'If that does not lead on to the sign-in, open after it:'],
    [undefined, false, 'and after it, to sign in:'],
    ['asked', true, 'If that does not lead on to the sign-in, open after it:'],
    ['asked', false, 'and after it, to sign in:'],
  ] as const)('both pages are named in their order (%s, %s)', (none, leadsOn, between) => {
    const lines = linesOf({ none, canPaste: 'never', signOut: { url: SIGN_OUT, leadsOn } })
    expect(lines.slice(1)).toEqual([`  ${SIGN_OUT}`, between, `  ${URL_TEXT}`])
  })

  test('a sign-out URL with a listener of its own has its port forwarded, too', () => {
    const signOut = { url: SIGN_OUT, leadsOn: true, beside: 'http://127.0.0.1:8500/bye' }
    expect(linesOf({ signOut, env: { SSH_TTY: '/dev/pts/1' } }).slice(-3)).toEqual([
      'The browser reaches ports 8400 and 8500 here while this runs beside it:',
      '  ssh -N -L 8400:localhost:8400 -L 8500:127.0.0.1:8500 THIS_MACHINE',
      expect.stringMatching(/^Or paste/),
    ])
    expect(linesOf({ signOut, env: { CODESPACES: 'true' } }).join('\n')).toContain(
      'gh codespace ports forward 8400:8400 8500:8500\n',
    )
  })
})
