import { describe, expect, test } from 'vitest'
import { findWindowsProgram } from '../../src/outlets/windows-program.ts'

const PATH = String.raw`C:\Windows\System32;;.;bin;\Tools;C:evil;\\server\share;D:\Tools`

function find(name: string, files: string[]) {
  const isThere = (path: string) => files.some((file) => file.toLowerCase() === path.toLowerCase())
  return findWindowsProgram(name, { Path: PATH }, isThere)
}

describe('a program on Windows', () => {
  test.each([
    ['aws', [String.raw`D:\Tools\aws.exe`], String.raw`D:\Tools\aws.exe`],
    ['aws.exe', [String.raw`D:\Tools\aws.exe`], String.raw`D:\Tools\aws.exe`],
    ['more', [String.raw`C:\Windows\System32\more.com`], String.raw`C:\Windows\System32\more.com`],
    ['my.tool', [String.raw`D:\Tools\my.tool.exe`], String.raw`D:\Tools\my.tool.exe`],
    [String.raw`.\own.exe`, [String.raw`.\own.exe`], String.raw`.\own.exe`],
    [String.raw`C:\Programs\own`, [String.raw`C:\Programs\own.exe`], String.raw`C:\Programs\own.exe`],
  ])('F98: %s is found', (name, files, path) => {
    expect(find(name, files)).toEqual({ kind: 'found', path })
  })

  test.each([
    ['npm', [String.raw`D:\Tools\npm.cmd`]],
    ['npm.cmd', [String.raw`D:\Tools\npm.cmd`]],
    ['NPM.CMD', [String.raw`D:\Tools\npm.CMD`]],
    ['build', [String.raw`D:\Tools\build.bat`]],
    [String.raw`.\build.bat`, [String.raw`.\build.bat`]],
    ['build.bat.', [String.raw`D:\Tools\build.bat.`]],
    ['build.bat . .', [String.raw`D:\Tools\build.bat . .`]],
    [String.raw`D:\build.bat::$DATA`, [String.raw`D:\build.bat::$DATA`]],
  ])('F98: %s is a batch file, which is not run: cmd.exe would read its arguments', (name, files) => {
    expect(find(name, files)).toMatchObject({ kind: 'batch' })
  })

  test('F98: a program that comes first in PATH wins over a batch file, and an .exe over a .cmd beside it', () => {
    const [exe, cmd] = [String.raw`D:\Tools\aws.exe`, String.raw`D:\Tools\aws.cmd`]
    expect(find('aws', [cmd, exe])).toEqual({ kind: 'found', path: exe })
    const earlier = String.raw`C:\Windows\System32\aws.cmd`
    expect(find('aws', [exe, earlier])).toEqual({ kind: 'batch', path: earlier })
  })

  test.each(['aws', 'aws.exe'])(
    'F98: %s is not sought in the working folder, nor where PATH is relative',
    (name) => {
      const files = ['aws.exe', '.', 'bin', String.raw`\Tools`, 'C:evil', String.raw`\\server\share`].flatMap(
        (folder) => [folder, String.raw`${folder}\aws.exe`],
      )
      expect(find(name, files)).toEqual({ kind: 'absent' })
    },
  )
})
