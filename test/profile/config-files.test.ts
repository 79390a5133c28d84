import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { configPaths, readConfigFile } from '../../src/profile/config-files.ts'
import { readAllProfilesFromDisk, readProfileFromDisk } from '../../src/profile/profiles-on-disk.ts'
import { failureOf } from './failure.ts'

const PROFILE = `[profile dev]
cognito_user_pool_id = eu-west-1_A
cognito_client_id = c
cognito_domain = a.example.com
`
let folder: string
let file: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'poolkey-config-'))
  mkdirSync(join(folder, '.aws'))
  file = join(folder, '.aws', 'config')
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

const place = () => ({ env: {}, homeFolder: () => folder })

describe('reading', () => {
  test('the files are in ~/.aws, or where the variables point, with ~ expanded', () => {
    expect(configPaths(place())).toEqual({
      configFile: file,
      credentialsFile: join(folder, '.aws', 'credentials'),
    })
    const env = { AWS_CONFIG_FILE: '~/c', AWS_SHARED_CREDENTIALS_FILE: '/etc/k' }
    expect(configPaths({ env, homeFolder: () => folder })).toEqual({
      configFile: join(folder, 'c'),
      credentialsFile: '/etc/k',
    })
  })

  test('a profile is read from both files, its policy from a third', () => {
    writeFileSync(file, `${PROFILE}cognito_session_policy = file://~/p.json\n`)
    writeFileSync(
      join(folder, '.aws', 'credentials'),
      '[dev]\ncognito_role_arn = arn:aws:iam::111122223333:role/dev\n',
    )
    writeFileSync(join(folder, 'p.json'), '{"a": 1}')
    const profile = readProfileFromDisk({ ...place(), name: 'dev' })
    expect(profile).toMatchObject({ file, exchange: { kind: 'web-identity', role: { policy: '{"a": 1}' } } })
  })

  test('without any file every profile is unknown', () => {
    expect(failureOf(() => readProfileFromDisk({ ...place(), name: 'dev' }))).toEqual({
      code: 'profile-unknown',
      facts: { profile: 'dev', file, known: [] },
    })
  })

  test('a folder, and bytes that are not UTF-8, are refused as unreadable', () => {
    expect(failureOf(() => readConfigFile(folder))).toMatchObject({
      code: 'config-unreadable',
      facts: { file: folder, reason: 'EISDIR' },
    })
    writeFileSync(file, Buffer.from([0x5b, 0xff, 0x5d]))
    expect(failureOf(() => readConfigFile(file))).toMatchObject({
      code: 'config-unreadable',
      facts: { file },
    })
  })

  test('/dev/null is an empty file, a device without an end is refused', () => {
    expect(readConfigFile('/dev/null')).toBe('')
    expect(failureOf(() => readConfigFile('/dev/zero'))).toEqual({
      code: 'config-unreadable',
      facts: { file: '/dev/zero', reason: 'it is a device, not a file' },
    })
  })

  test('all profiles are those of poolkey that can be used', () => {
    writeFileSync(file, `${PROFILE}[profile broken]\ncognito_foo = 1\n[profile other]\nregion = x\n`)
    expect(readAllProfilesFromDisk(place()).map(({ name }) => name)).toEqual(['dev'])
    writeFileSync(file, 'junk')
    expect(failureOf(() => readAllProfilesFromDisk(place())).code).toBe('config-syntax')
  })
})
