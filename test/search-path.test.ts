import { describe, expect, test } from 'vitest'
import { findInFolders, joinFolders, safeFolders, searchFolders } from '../src/search-path.ts'

describe('the folders of PATH', () => {
  test('stand as they are written, the empty ones too', () => {
    const env = { PATH: ':/usr/bin::bin:' }
    expect(searchFolders({ env, platform: 'linux' })).toEqual(['', '/usr/bin', '', 'bin', ''])
    expect(searchFolders({ env: { PATH: '' }, platform: 'linux' })).toEqual([''])
  })

  test('are none where it is not set', () => {
    expect(searchFolders({ env: {}, platform: 'linux' })).toEqual([])
    expect(searchFolders({ env: { PATH: undefined }, platform: 'win32' })).toEqual([])
  })

  test('are found under any case of its name on Windows alone', () => {
    expect(searchFolders({ env: { Path: 'a;b' }, platform: 'win32' })).toEqual(['a', 'b'])
    expect(searchFolders({ env: { Path: '/a:/b' }, platform: 'linux' })).toEqual([])
  })

  test('C46: are safe to search only when they are absolute', () => {
    const safe = (env: Record<string, string>, platform: NodeJS.Platform) => safeFolders({ env, platform })
    expect(safe({ PATH: ':.:bin:/usr/bin::./x:/bin:' }, 'linux')).toEqual(['/usr/bin', '/bin'])
    const windows = String.raw`.;C:\Windows;tools;\x;C:x;d:/y;\\server\share;`
    expect(safe({ Path: windows }, 'win32')).toEqual([String.raw`C:\Windows`, 'd:/y'])
  })

  test('become a PATH again', () => {
    expect(joinFolders(['/usr/bin', '/bin'], 'darwin')).toBe('/usr/bin:/bin')
    expect(joinFolders(['C:\\a', 'D:\\b'], 'win32')).toBe('C:\\a;D:\\b')
  })
})

describe('a program', () => {
  test('is the first that is wanted', () => {
    const there = ['/b/aws', '/c/aws']
    const find = (platform: NodeJS.Platform) =>
      findInFolders('aws', { folders: ['/a', '/b', '/c'], platform }, (path) => there.includes(path))
    expect(find('linux')).toBe('/b/aws')
    there.length = 0
    expect(find('linux')).toBeUndefined()
  })

  test('is sought in the working folder by an empty entry', () => {
    expect(findInFolders('aws', { folders: [''], platform: 'linux' }, () => true)).toBe('aws')
  })

  test('has every ending tried in a folder before the next', () => {
    const sought = {
      folders: ['C:\\a', 'C:\\b'],
      platform: 'win32' as const,
      endings: ['.com', '.exe'],
    }
    const tried: string[] = []
    findInFolders('aws', sought, (path) => tried.push(path) < 0)
    expect(tried).toEqual(['C:\\a\\aws.com', 'C:\\a\\aws.exe', 'C:\\b\\aws.com', 'C:\\b\\aws.exe'])
  })
})
