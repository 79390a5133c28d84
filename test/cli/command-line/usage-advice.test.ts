import { describe, expect, test } from 'vitest'
import { strayWordsError, usageError } from '../../../src/cli/command-line/usage-advice.ts'

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

test.each([
  ['--role', 'Did you mean --role-arn or --role-session-name? Otherwise see: poolkey configure --help'],
  ['--rolearn', 'Did you mean --role-arn? Otherwise see: poolkey configure --help'],
  ['--nothing', 'see: poolkey configure --help'],
])('an option that is none, %s: those that begin so, else what the parser found', (option, fix) => {
  const message = `error: unknown option '${option}'${option === '--rolearn' ? '\n(Did you mean --role-arn?)' : ''}`
  const longOptions = ['--profile', '--role-arn', '--role-session-name']
  const command = { name: 'configure', longOptions, subcommands: [], surplus: [] }
  const typed = { words: ['configure', option], command, profiles: [] }
  expect(usageError({ code: 'commander.unknownOption', message }, typed).facts.fix).toBe(fix)
})

describe('words that a command does not take', () => {
  function fixOf(line: string, surplus: string[], code = 'commander.excessArguments'): string | undefined {
    const words = line.split(' ')
    const [name = ''] = words
    const command = { name, longOptions: ['--profile', '--role'], subcommands: [], surplus }
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

  test.each(['--client-secret', '--client-secret=canary', "--client-secret=cana'ry\ncanary"])(
    '%s is not repeated, and leads to stdin',
    (word) => {
      const command = {
        name: 'configure',
        longOptions: ['--client-secret-stdin'],
        subcommands: [],
        surplus: [],
      }
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

describe('a word after a command that has only commands of its own', () => {
  function adviceOn(line: string, name = 'configure') {
    const words = line.split(' ')
    const subcommands = name === 'configure' ? ['list', 'remove', 'store', 'import'] : []
    const command = { name, longOptions: ['--profile'], subcommands, surplus: words.slice(-1) }
    const complaint = { code: 'commander.excessArguments', message: 'error: too many' }
    return usageError(complaint, { words, command, profiles: ['dev'] }).facts
  }

  test.each([
    ['configure ls', 'configure list'],
    ['configure rm', 'configure remove'],
    ['configure lsit', 'configure list'],
    ['configure stroe', 'configure store'],
  ])('%s: what was probably meant', (line, meant) => {
    expect(adviceOn(line)).toEqual({
      problem: `unknown command '${line}'`,
      fix: `Did you mean ${meant}? Otherwise see: poolkey configure --help`,
    })
  })

  test('may be a profile that is not there yet', () => {
    expect(adviceOn('configure prod')).toEqual({
      problem: "unknown command 'configure prod'",
      fix: 'to name a profile: poolkey configure --profile prod; see: poolkey configure --help',
    })
    expect(adviceOn('configure -p prod nosuch').fix).toBe('see: poolkey configure --help')
  })

  test('is a profile that is there', () => {
    expect(adviceOn('configure dev').fix).toBe(
      'name the profile with --profile: poolkey configure --profile dev',
    )
  })

  test.each([['x'], ['dev']])('%s is no profile for a command that is about none', (word) => {
    expect(adviceOn(`configure list ${word}`, 'configure list').fix).toBe(
      `leave out ${word}; see: poolkey configure list --help`,
    )
  })
})

test.each([
  ['-p dev', '-p', 'login -p dev'],
  ['-pdev', '-p', 'login -pdev'],
  ['-p', '-p', 'login -p NAME'],
  ['--profile=dev --debug', '--profile', 'login --profile=dev --debug'],
  ['--no-input', '--no-input', 'login --no-input'],
  ['-p dev --zzz', '-p', 'login -p dev'],
])('%s, without a command: every command takes it', (line, option, meant) => {
  const complaint = { code: 'commander.unknownOption', message: "error: unknown option '-p'" }
  expect(usageError(complaint, { words: line.split(' '), command: undefined, profiles: [] }).facts).toEqual({
    problem: `no command is given; ${option} goes with one`,
    fix: `every command takes it, such as: poolkey ${meant}; see: poolkey --help`,
  })
})

describe('a command that there is not', () => {
  const fixOf = (word: string, message = `error: unknown command '${word}'`) => {
    const complaint = { code: 'commander.unknownCommand', message }
    const { problem, fix } = usageError(complaint, { words: [word], command: undefined, profiles: [] }).facts
    expect(problem).toBe(`unknown command '${word}'`)
    return fix
  }

  test.each([
    ['ls', 'Did you mean status? Otherwise see: poolkey --help'],
    ['shell', 'Did you mean exec? Otherwise see: poolkey --help'],
    ['enviroment', 'Did you mean help environment? Otherwise see: poolkey --help'],
    ['zzzzzzzzzzzz', 'see: poolkey --help'],
  ])('%s: %s', (word, fix) => {
    expect(fixOf(word)).toBe(fix)
  })

  test('is the one that the parser itself suggests, if it does', () => {
    expect(fixOf('logni', "error: unknown command 'logni'\n(Did you mean login?)")).toBe(
      'Did you mean login? Otherwise see: poolkey --help',
    )
  })
})
