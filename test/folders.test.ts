import { describe, expect, test } from 'vitest'
import { stateFolderOf } from '../src/folders.ts'
import { failureOf } from './profile/failure.ts'

const home = '/home/me'

describe('the state folder', () => {
  test.each<{ platform: NodeJS.Platform; env: Record<string, string>; folder: string }>([
    { platform: 'linux', env: {}, folder: '/home/me/.local/state/poolkey' },
    { platform: 'freebsd', env: {}, folder: '/home/me/.local/state/poolkey' },
    { platform: 'linux', env: { XDG_STATE_HOME: '/var/xdg' }, folder: '/var/xdg/poolkey' },
    // XDG Base Directory: a path that is not absolute counts as not set; so does an empty one.
    { platform: 'linux', env: { XDG_STATE_HOME: 'xdg' }, folder: '/home/me/.local/state/poolkey' },
    { platform: 'linux', env: { XDG_STATE_HOME: './xdg' }, folder: '/home/me/.local/state/poolkey' },
    { platform: 'linux', env: { XDG_STATE_HOME: '' }, folder: '/home/me/.local/state/poolkey' },
    { platform: 'darwin', env: {}, folder: '/home/me/Library/Application Support/poolkey' },
    {
      platform: 'darwin',
      env: { XDG_STATE_HOME: '/var/xdg' },
      folder: '/home/me/Library/Application Support/poolkey',
    },
    { platform: 'win32', env: {}, folder: '/home/me/AppData/Local/poolkey' },
    { platform: 'win32', env: { LOCALAPPDATA: '/local' }, folder: '/local/poolkey' },
    { platform: 'win32', env: { LOCALAPPDATA: '' }, folder: '/home/me/AppData/Local/poolkey' },
    { platform: 'win32', env: { LOCALAPPDATA: 'local' }, folder: '/home/me/AppData/Local/poolkey' },
  ])('on $platform with $env is $folder', ({ platform, env, folder }) => {
    expect(stateFolderOf({ platform, env, homeFolder: () => home })).toBe(folder)
  })

  test.each<NodeJS.Platform>(['linux', 'darwin', 'win32'])(
    'on %s is POOLKEY_HOME as it stands',
    (platform) => {
      const env = { POOLKEY_HOME: '/safe/keys', XDG_STATE_HOME: '/var/xdg', LOCALAPPDATA: '/local' }
      expect(stateFolderOf({ platform, env, homeFolder: () => home })).toBe('/safe/keys')
    },
  )

  test('an empty POOLKEY_HOME counts as not set', () => {
    expect(stateFolderOf({ platform: 'linux', env: { POOLKEY_HOME: '' }, homeFolder: () => home })).toBe(
      '/home/me/.local/state/poolkey',
    )
  })

  test.each(['keys', './keys', '../keys', '~/keys', ' /keys'])(
    'refuses %s: sessions would lie wherever a command happens to run',
    (value) => {
      const env = { POOLKEY_HOME: value }
      expect(failureOf(() => stateFolderOf({ platform: 'linux', env, homeFolder: () => home }))).toEqual({
        code: 'environment-invalid',
        facts: { variable: 'POOLKEY_HOME', value, allowed: 'an absolute path' },
      })
    },
  )
})
