import { describe, expect, test } from 'vitest'
import { explainAsJson, explainTo } from '../../../src/cli/texts/failure.ts'
import type { Terminal } from '../../../src/cli/terminal/terminal.ts'
import { PoolkeyError } from '../../../src/errors/poolkey-error.ts'
import { everyError, profileWith } from '../../errors/every-failure.ts'

/** A terminal that keeps what is said. */
function listener(): { terminal: Terminal; said: string[] } {
  const said: string[] = []
  const terminal: Terminal = {
    answer: (text) => said.push(`stdout: ${text}`),
    say: (line) => said.push(line),
    label: (kind, line) => said.push(`${kind}: ${line}`),
    progress: () => undefined,
    confirm: () => Promise.resolve(false),
    ask: () => Promise.resolve(undefined),
    change: () => undefined,
    readSecret: () => Promise.resolve(''),
    readInput: () => Promise.resolve(Buffer.alloc(0)),
    askHidden: () => Promise.resolve(''),
    neverWait: () => () => undefined,
    isAnswerShown: false,
    isAnswerPiped: false,
    answerColumns: 80,
    isAnswerColoured: false,
    canAsk: false,
    isLive: false,
    isInFront: true,
    openHidden: () => Promise.reject(new Error('nobody types')),
  }
  return { terminal, said }
}

const DENIED = new PoolkeyError('service-refused', {
  service: 'identity pool',
  operation: 'GetId',
  name: 'NotAuthorizedException',
  message: 'Token is not from a supported provider of this identity pool.',
})

class RequestError extends TypeError {
  readonly request = { headers: { authorization: 'Bearer SECRET' } }
}

const BUGS: { name: string; thrown: unknown; message: string }[] = [
  {
    name: 'an error with a stack and a cause',
    thrown: new TypeError('x is undefined', { cause: new Error('SECRET') }),
    message: 'TypeError: x is undefined',
  },
  {
    name: 'an error that carries a request',
    thrown: new RequestError('no answer'),
    message: 'TypeError: no answer',
  },
  {
    name: 'an error of several lines',
    thrown: new Error('first line\nSECRET\nthird'),
    message: 'Error: first line',
  },
  { name: 'an error that overwrites its line', thrown: new Error('first\rSECRET'), message: 'Error: first' },
  {
    name: 'an error with control characters',
    thrown: new Error('a\u001b[2Jb'),
    message: 'Error: a\\u{1b}[2Jb',
  },
  { name: 'an object', thrown: { idToken: 'SECRET' }, message: 'thrown was no error but: object' },
  { name: 'a text', thrown: 'SECRET', message: 'thrown was no error but: string' },
  { name: 'nothing', thrown: undefined, message: 'thrown was no error but: undefined' },
]

describe('a failure on the terminal', () => {
  test('is said in one line, its fix in another, with the ids of the profile', () => {
    const { terminal, said } = listener()
    expect(explainTo(terminal, DENIED, { profile: profileWith() })).toBe(5)
    expect(said).toEqual([
      'error: the identity pool does not accept tokens of this app client (NotAuthorizedException)',
      "fix: add user pool eu-west-1_AbCdEf123 and client 1example23456789 to the identity pool's identity providers",
    ])
  })

  test('names a clock that is off by more than five minutes', () => {
    const { terminal, said } = listener()
    const minutes = (count: number) => ({ profile: profileWith(), clockSkewMs: count * 60_000 })
    explainTo(terminal, DENIED, minutes(12))
    explainTo(terminal, DENIED, minutes(-5))
    const [message, , other] = said
    expect(message).toMatch(/\(NotAuthorizedException\); this machine's clock is 12 min behind the servers'$/)
    expect(other).toMatch(/\(NotAuthorizedException\)$/)
  })

  test('without a fix is one line', () => {
    const { terminal, said } = listener()
    expect(explainTo(terminal, new PoolkeyError('interrupted', { signal: 'SIGINT' }))).toBe(130)
    expect(said).toEqual(['error: ended by SIGINT'])
  })

  test.each(BUGS)('that is a bug, $name, is one line without a stack or the content of an object', (bug) => {
    const { terminal, said } = listener()
    expect(explainTo(terminal, bug.thrown)).toBe(1)
    expect(said).toEqual([`error: this is a bug in poolkey: ${bug.message}`])
  })
})

describe('a failure as JSON', () => {
  test('has version, code, message, fix and exit code, on one line of stderr', () => {
    const { terminal, said } = listener()
    expect(explainAsJson(terminal, DENIED, { profile: profileWith() })).toBe(5)
    expect(said).toEqual([
      '{"version":1,"error":{"code":"service-refused","message":"the identity pool does not accept tokens of this app client (NotAuthorizedException)","fix":"add user pool eu-west-1_AbCdEf123 and client 1example23456789 to the identity pool\'s identity providers","exitCode":5}}',
    ])
  })

  test('leaves out a fix that nobody knows', () => {
    const { terminal, said } = listener()
    expect(explainAsJson(terminal, new PoolkeyError('interrupted', { signal: 'SIGTERM' }))).toBe(143)
    expect(said).toEqual([
      '{"version":1,"error":{"code":"interrupted","message":"ended by SIGTERM","exitCode":143}}',
    ])
  })

  test.each(BUGS)('that is a bug, $name, tells no more than the terminal would', (bug) => {
    const { terminal, said } = listener()
    expect(explainAsJson(terminal, bug.thrown)).toBe(1)
    expect(said.map((line): unknown => JSON.parse(line))).toEqual([
      {
        version: 1,
        error: { code: 'bug', message: `this is a bug in poolkey: ${bug.message}`, exitCode: 1 },
      },
    ])
  })

  test('says the same as the terminal, for every failure there is', () => {
    const errors = everyError('ex"am\\ple\n')
    expect(errors.length).toBeGreaterThan(50)
    for (const error of errors) {
      const [person, script] = [listener(), listener()]
      const exitCode = explainTo(person.terminal, error)
      expect(explainAsJson(script.terminal, error)).toBe(exitCode)
      const { error: told } = JSON.parse(script.said.join('')) as {
        error: { code: string; message: string; fix?: string; exitCode: number }
      }
      expect(told).toMatchObject({ code: error.code, exitCode })
      const lines = [`error: ${told.message}`, ...(told.fix === undefined ? [] : [`fix: ${told.fix}`])]
      expect(person.said).toEqual(lines)
    }
  })
})
