import { describe, expect, test } from 'vitest'
import { strayWordsError, usageError } from '../../src/cli/usage-advice.ts'

describe('words of exec that stand where only options may', () => {
  /** The fix for what was typed after `exec`: `|` parts the options from the words. */
  function fixOf(typed: string): string | undefined {
    const [own = '', handedOn] = typed.split(' -- ')
    const [options = '', stray = ''] = own.split('|')
    const split = (text: string) => text.split(' ').filter((word) => word !== '')
    return strayWordsError({
      options: split(options),
      stray: split(stray),
      handedOn: split(handedOn ?? ''),
      hasProfile: options.includes('--profile'),
      profiles: ['dev', 'my team'],
    }).facts.fix
  }

  test.each([
    ['|dev -- aws sts x', 'poolkey exec --profile dev -- aws ...'],
    ['|dev aws s3 ls', 'poolkey exec --profile dev -- aws ...'],
    ['|dev', 'poolkey exec --profile dev -- CMD'],
    ['--server |dev -- true', 'poolkey exec --server --profile dev -- true'],
    ['|dev --server -- true', 'poolkey exec --profile dev --server -- true'],
    ['|other -- true', 'poolkey exec --profile other -- true'],
  ])('%s: a profile, or what alone stands before --, is named with --profile', (typed, line) => {
    expect(fixOf(typed)).toBe(`name the profile with --profile: ${line}`)
  })

  test.each([
    ['|aws s3 ls', 'poolkey exec -- aws ...'],
    ['--profile dev |env', 'poolkey exec --profile dev -- env'],
    ['--profile dev |ls -la /x', 'poolkey exec --profile dev -- ls ...'],
    ['--profile dev |dev', 'poolkey exec --profile dev -- dev'],
    ['|npm run x -- --y', 'poolkey exec -- npm ...'],
  ])('%s: a command gets its --, and the options stay', (typed, line) => {
    expect(fixOf(typed)).toBe(`put -- before the command: ${line}`)
  })

  test('a name with a space is quoted', () => {
    const given = { options: [], stray: ['my team'], handedOn: ['ls'], hasProfile: false, profiles: [] }
    expect(strayWordsError(given).facts.fix).toContain("--profile 'my team' -- ls")
  })
})

describe('words that a command does not take', () => {
  function fixOf(line: string, surplus: string[], code = 'commander.excessArguments'): string | undefined {
    const words = line.split(' ')
    const command = { name: words[0] ?? '', longOptions: ['--profile', '--role'], surplus }
    return usageError({ code, message: 'error: no' }, { words, command, profiles: ['dev'] }).facts.fix
  }

  test.each([
    ['env dev', ['dev'], 'name the profile with --profile: poolkey env --profile dev'],
    ['env dev --shell sh', ['dev'], 'name the profile with --profile: poolkey env --profile dev --shell sh'],
    ['env x', ['x'], 'leave out x, or name a profile with --profile; see: poolkey env --help'],
    ['env -p a dev', ['dev'], 'leave out dev; see: poolkey env --help'],
    ['env dev x', ['dev', 'x'], 'leave out dev, or name a profile with --profile; see: poolkey env --help'],
  ])('%s', (line, surplus, fix) => {
    expect(fixOf(line, surplus)).toBe(fix)
  })

  test.each([
    ['write tmp dev', ['tmp', 'dev'], 'poolkey write --to tmp --profile dev'],
    ['write tmp -p dev', ['tmp'], 'poolkey write --to tmp -p dev'],
    ['write dev', ['dev'], 'poolkey write --profile dev --to NAME'],
  ])('%s: the section is named with --to', (line, surplus, meant) => {
    expect(fixOf(line, surplus, 'commander.missingMandatoryOptionValue')).toBe(
      `name the section with --to: ${meant}`,
    )
  })

  test.each([
    ['ls', 'Did you mean poolkey configure list?'],
    ['rm', 'Did you mean poolkey configure remove?'],
    ['x', 'there is poolkey configure list, poolkey configure remove; a profile is named with --profile'],
    ['dev', 'name the profile with --profile: poolkey configure --profile dev'],
  ])('configure %s: the commands below are named', (word, fix) => {
    const command = { name: 'configure', longOptions: [], surplus: [word], subcommands: ['list', 'remove'] }
    const typed = { words: ['configure', word], command, profiles: ['dev'] }
    expect(usageError({ code: 'commander.excessArguments', message: 'no' }, typed).facts.fix).toBe(fix)
  })

  test.each(['--client-secret', '--client-secret=canary', "--client-secret=cana'ry\ncanary"])(
    '%s is not repeated, and leads to stdin',
    (word) => {
      const command = { name: 'configure', longOptions: ['--client-secret-stdin'], surplus: [] }
      const typed = { words: ['configure', word], command, profiles: [] }
      const message = `error: unknown option '${word}'`
      expect(usageError({ code: 'commander.unknownOption', message }, typed).facts).toEqual({
        problem: "unknown option '--client-secret'",
        fix: 'pipe it into stdin, with --client-secret-stdin',
      })
    },
  )

  test('an option with one dash outranks what it made of the words behind it', () => {
    expect(fixOf('env -profile dev', ['dev'])).toBe('Did you mean --profile?')
  })
})
