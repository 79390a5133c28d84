import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  browserEnvironment,
  hasBrowser,
  needsXdgOpen,
  splitCommand,
  whyNoBrowser,
  withUrl,
} from '../../src/sign-in/browser-command.ts'

describe('splitting a command', () => {
  test.each([
    ['firefox', ['firefox']],
    ['  firefox   --new-window ', ['firefox', '--new-window']],
    [`'my browser' "a b"c ''`, ['my browser', 'a bc', '']],
    ['a\\ b "\\"q\\"" \'\\n\'', ['a b', '"q"', '\\n']],
    ['x $(calc) `calc` | & ; > y', ['x', '$(calc)', '`calc`', '|', '&', ';', '>', 'y']],
  ])('%s', (text, words) => {
    expect(splitCommand(text, 'linux')).toEqual(words)
  })

  test('on Windows a backslash is a letter', () => {
    expect(splitCommand('"C:\\Program Files\\x.exe" \\\\server\\a %s', 'win32')).toEqual([
      'C:\\Program Files\\x.exe',
      '\\\\server\\a',
      '%s',
    ])
  })

  test.each(['', '   ', '"open', "it's"])('is refused where no words come out: %j', (text) => {
    expect(splitCommand(text, 'linux')).toBeUndefined()
  })

  test('quoted words come back as they were', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1 }), (words) => {
        const text = words.map((word) => `'${word.replaceAll("'", `'"'"'`)}'`).join(' ')
        expect(splitCommand(text, 'linux')).toEqual(words)
      }),
    )
  })
})

describe('the URL', () => {
  test('is the last word, or stands for every %s', () => {
    expect(withUrl(['a', 'b'], 'u')).toEqual(['a', 'b', 'u'])
    expect(withUrl(['a', '--x=%s', '%s', 'b'], 'u$&')).toEqual(['a', '--x=u$&', 'u$&', 'b'])
  })
})

describe('whether there is a browser', () => {
  const desktop = {
    command: undefined,
    env: { DISPLAY: ':0' },
    platform: 'linux',
    isRoot: false,
    isContainer: false,
  } as const

  test.each([
    ['a desktop', {}, undefined],
    ['Wayland', { env: { WAYLAND_DISPLAY: 'wayland-0' } }, undefined],
    ['macOS', { env: {}, platform: 'darwin' }, undefined],
    ['Windows', { env: {}, platform: 'win32' }, undefined],
    ['the Linux subsystem of Windows', { env: { WSL_DISTRO_NAME: 'Debian' } }, undefined],
    ['no display', { env: {} }, 'no-display'],
    ['an empty display', { env: { DISPLAY: '' } }, 'no-display'],
    ['SSH', { env: { DISPLAY: ':10', SSH_CONNECTION: '1' } }, 'ssh'],
    ['SSH to macOS', { env: { SSH_TTY: '/dev/ttys0' }, platform: 'darwin' }, 'ssh'],
    ['a codespace, by way of SSH', { env: { CODESPACES: 'true', SSH_TTY: '1' } }, 'codespaces'],
    ['a container, with a display', { isContainer: true }, 'container'],
    ['a container by its variable', { env: { container: 'podman', DISPLAY: ':0' } }, 'container'],
    ['a pod', { env: { KUBERNETES_SERVICE_HOST: '10.0.0.1', DISPLAY: ':0' } }, 'container'],
    ['SSH into a container', { isContainer: true, env: { SSH_TTY: '1' } }, 'ssh'],
    ['a toolbox', { isContainer: true, env: { TOOLBOX_PATH: 'toolbox', DISPLAY: ':0' } }, undefined],
    ['Flatpak', { env: { container: 'flatpak', DISPLAY: ':0' } }, undefined],
    ['a command in a container', { command: ['x'], isContainer: true }, undefined],
    ['C51: root', { isRoot: true }, 'root'],
    ['a command as root over SSH', { command: ['x'], isRoot: true, env: { SSH_TTY: '1' } }, undefined],
    ['an empty command', { command: [], env: {} }, 'no-display'],
  ] as const)('%s', (_what, changes, reason) => {
    const surroundings = {
      ...desktop,
      ...changes,
      command: 'command' in changes ? [...changes.command] : undefined,
    }
    expect(whyNoBrowser(surroundings)).toBe(reason)
    expect(hasBrowser(surroundings)).toBe(reason === undefined)
  })
})

describe('the environment of a browser', () => {
  test('C49: has no AWS and no poolkey variable, in whatever case', () => {
    const env = {
      AWS_SECRET_ACCESS_KEY: 'x',
      aws_profile: 'x',
      POOLKEY_PASSPHRASE: 'x',
      HOME: '/h',
      LAWS_X: 'y',
    }
    expect(browserEnvironment(env, 'linux')).toEqual({ HOME: '/h', LAWS_X: 'y' })
  })

  test('C46: has no relative folder in its PATH', () => {
    expect(browserEnvironment({ PATH: ':.:bin:/usr/bin::./x:/bin:' }, 'linux')).toEqual({
      PATH: '/usr/bin:/bin',
    })
  })
})

test('xdg-open is needed where the system has no launcher of its own', () => {
  expect(needsXdgOpen({}, 'linux')).toBe(true)
  expect(needsXdgOpen({ WSL_DISTRO_NAME: 'x' }, 'linux')).toBe(false)
  expect(needsXdgOpen({}, 'darwin')).toBe(false)
  expect(needsXdgOpen({}, 'win32')).toBe(false)
})
