import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { DANGEROUS_TEXTS, FORBIDDEN } from '../../errors/hostile-text.ts'
import { bundled } from '../../vault/bundle.ts'
import type { Order, Step } from './terminal-child.ts'

const script = bundled('test/cli/terminal/terminal-child.ts', { packages: false })

const ERASE = '\r\u001b[2K'

type PartialOrder = Partial<Order> & { steps: Step[] }

function start(...orders: PartialOrder[]) {
  const complete = orders.map((order): Order => ({ isTerminal: false, env: {}, ...order }))
  return spawn(process.execPath, [script(), JSON.stringify(complete)], { stdio: 'pipe' })
}

type Child = ReturnType<typeof start>

async function ended(child: Child): Promise<{ code: number | null; stdout: string; stderr: string }> {
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, stdout, stderr }
}

const run = (...orders: PartialOrder[]) => ended(start(...orders))

describe('the answer', () => {
  test('goes to stdout as it is, and what is said to a person to stderr', async () => {
    const steps: Step[] = [
      { do: 'say', line: 'hello' },
      { do: 'answer', text: '{"a":"\u001b"}\n' },
      { do: 'label', kind: 'warning', line: 'careful' },
    ]
    expect(await run({ steps })).toEqual({
      code: 0,
      stdout: '{"a":"\u001b"}\n',
      stderr: 'hello\npoolkey: warning: careful\n',
    })
  })

  test('arrives whole when a slow reader lets the pipe run full', async () => {
    const steps: Step[] = [
      { do: 'touch-stdout' },
      { do: 'say', line: 'writing' },
      { do: 'answer', text: '0123456789', times: 300_000 },
    ]
    const child = start({ steps })
    // Nothing reads stdout until the child has begun: it finds the pipe full.
    await once(child.stderr, 'data')
    const { code, stdout } = await ended(child)
    expect(code).toBe(0)
    expect(stdout).toBe('0123456789'.repeat(300_000))
  })

  test('that nobody reads is a failure, after which the command can clean up', async () => {
    const child = start({ steps: [{ do: 'wait' }, { do: 'answer', text: 'x', times: 200_000 }] })
    child.stdout.destroy()
    child.stdin.write('go\n')
    const stderr = 'output-closed {"errno":"EPIPE"}'
    expect(await ended(child)).toEqual({ code: 1, stdout: '', stderr })
  })
})

describe('what is said to a person', () => {
  test('is lost without harm when nobody reads stderr', async () => {
    const steps: Step[] = [
      { do: 'wait' },
      { do: 'say', line: 'nobody hears this' },
      { do: 'label', kind: 'error', line: 'nor this' },
      { do: 'answer', text: 'done\n' },
    ]
    const child = start({ steps })
    child.stderr.destroy()
    child.stdin.write('go\n')
    expect(await ended(child)).toMatchObject({ code: 0, stdout: 'done\n' })
  })

  test('is one line each, whatever a server has put into it', async () => {
    const steps = DANGEROUS_TEXTS.flatMap((line): Step[] => [
      { do: 'say', line },
      { do: 'label', kind: 'error', line },
    ])
    const { stderr } = await run({ steps })
    const lines = stderr.split('\n')
    expect(lines.pop()).toBe('')
    expect(lines).toHaveLength(steps.length)
    for (const line of lines) {
      expect(line).toMatch(/^(poolkey: error: )?safe.+safe$/)
      expect(line).not.toMatch(FORBIDDEN)
    }
  })

  test('keeps a sign-in URL whole, and cuts what no message needs', async () => {
    const url = `https://acme.auth.eu-west-1.amazoncognito.com/oauth2/authorize?${'x'.repeat(4000)}`
    const steps: Step[] = [
      { do: 'say', line: `  ${url}` },
      { do: 'say', line: 'y', times: 100_000 },
      { do: 'label', kind: 'error', line: 'z', times: 100_000 },
    ]
    const [first, second = '', third = ''] = (await run({ steps })).stderr.split('\n')
    expect(first).toBe(`  ${url}`)
    expect(second).toBe(`${'y'.repeat(7997)}...`)
    expect(third).toBe(`poolkey: error: ${'z'.repeat(1997)}...`)
  })
})

describe('colour', () => {
  const steps: Step[] = [
    { do: 'label', kind: 'error', line: 'broken' },
    { do: 'label', kind: 'fix', line: 'mend it' },
  ]
  const plain = 'poolkey: error: broken\npoolkey: fix: mend it\n'
  const coloured = 'poolkey: \u001b[1;31merror:\u001b[0m broken\npoolkey: \u001b[1;32mfix:\u001b[0m mend it\n'

  test('is there on a terminal, or when FORCE_COLOR asks for it', async () => {
    const orders = [
      { isTerminal: true, env: {} },
      { isTerminal: true, env: { NO_COLOR: '' } },
      { isTerminal: true, env: { TERM: 'xterm-256color' } },
      { isTerminal: false, env: { FORCE_COLOR: '1' } },
      { isTerminal: false, env: { FORCE_COLOR: 'true' } },
      { isTerminal: true, env: { TERM: 'dumb', FORCE_COLOR: '1' } },
    ]
    const { stderr } = await run(...orders.map((order) => ({ ...order, steps })))
    expect(stderr).toBe(coloured.repeat(orders.length))
  })

  test('is not there in a pipe, on a dumb terminal, or when NO_COLOR or FORCE_COLOR=0 forbids it', async () => {
    const orders = [
      { isTerminal: false, env: {} },
      { isTerminal: true, env: { NO_COLOR: '1' } },
      { isTerminal: true, env: { NO_COLOR: '0' } },
      { isTerminal: true, env: { TERM: 'dumb' } },
      { isTerminal: true, env: { FORCE_COLOR: '0' } },
      { isTerminal: false, env: { FORCE_COLOR: '' } },
      { isTerminal: false, env: { FORCE_COLOR: '1', NO_COLOR: '1' } },
    ]
    const { stderr } = await run(...orders.map((order) => ({ ...order, steps })))
    expect(stderr).toBe(plain.repeat(orders.length))
  })
})

test('a line of a diff is coloured by what it is, on a terminal alone, and its text is made safe', async () => {
  const steps: Step[] = [
    { do: 'change', kind: 'same', line: ' a' },
    { do: 'change', kind: 'removed', line: '-b\u001b[2J' },
    { do: 'change', kind: 'added', line: '+c' },
  ]
  expect((await run({ isTerminal: true, steps })).stderr).toBe(
    ' a\n\u001b[31m-b\\u{1b}[2J\u001b[0m\n\u001b[32m+c\u001b[0m\n',
  )
  expect((await run({ steps })).stderr).toBe(' a\n-b\\u{1b}[2J\n+c\n')
})

describe('a question that is answered with a line', () => {
  test('gives the line, and shows nothing of the question that could move the cursor', async () => {
    const child = start({ isTerminal: true, steps: [{ do: 'ask' }] })
    child.stdin.write('some text\n')
    const { stdout, stderr } = await ended(child)
    expect(stdout).toBe('"some text"\n')
    expect(stderr).toContain('Name\\u{1b}[2J: ')
    expect(stderr).not.toContain('\u001b[2J')
  })

  test('gives nothing when the input ends, and where nobody can be asked', async () => {
    const child = start({ isTerminal: true, steps: [{ do: 'ask' }] })
    child.stdin.end()
    expect((await ended(child)).stdout).toBe('undefined\n')
    expect(await run({ steps: [{ do: 'ask' }] })).toMatchObject({ stdout: 'undefined\n', stderr: '' })
  })
})

describe('a progress line', () => {
  const steps: Step[] = [
    { do: 'progress', line: 'Waiting ... 4:59' },
    { do: 'progress', line: 'Waiting ... 4:58' },
    { do: 'say', line: 'hello' },
    { do: 'progress', line: 'Waiting ... 4:57' },
    { do: 'progress' },
  ]

  test('is redrawn in place and never stays behind', async () => {
    expect((await run({ isTerminal: true, columns: 80, steps })).stderr).toBe(
      `Waiting ... 4:59${ERASE}Waiting ... 4:58${ERASE}hello\nWaiting ... 4:57${ERASE}`,
    )
  })

  test.each([{ isTerminal: false }, { isTerminal: true, env: { TERM: 'dumb' } }])(
    'appears only on a terminal that can redraw: not with %o',
    async (order) => {
      expect((await run({ ...order, steps })).stderr).toBe('hello\n')
    },
  )

  test.each([
    { columns: 30, length: 29 },
    { columns: 10, length: 9 },
    { columns: 0, length: 79 },
  ])('stays shorter than a terminal of $columns columns: a wrapped one could not be erased', async (size) => {
    const long: Step[] = [{ do: 'progress', line: 'w'.repeat(500) }]
    const { stderr } = await run({ isTerminal: true, columns: size.columns, steps: long })
    expect(stderr).toBe(`${'w'.repeat(size.length - 3)}...`)
  })

  test('is gone before an answer or a question', async () => {
    const order: Step[] = [
      { do: 'progress', line: 'w' },
      { do: 'answer', text: 'a\n' },
    ]
    expect(await run({ isTerminal: true, columns: 80, steps: order })).toMatchObject({
      stdout: 'a\n',
      stderr: `w${ERASE}`,
    })
  })
})

describe('a question', () => {
  test.each([
    { reply: 'y', answer: true },
    { reply: 'YES', answer: true },
    { reply: '', answer: false },
    { reply: 'yesterday', answer: false },
  ])('answered "$reply" counts as $answer', async ({ reply, answer }) => {
    const child = start({ isTerminal: true, steps: [{ do: 'confirm' }] })
    child.stdin.write(`${reply}\n`)
    const { stdout, stderr } = await ended(child)
    expect(stdout).toBe(`${answer}\n`)
    expect(stderr).toContain('Sure?\\u{1b}[2J [y/N] ')
    expect(stderr).not.toContain('\u001b[2J')
  })

  test('is not asked, and answered with no, where nobody can be asked', async () => {
    const steps: Step[] = [{ do: 'tell' }, { do: 'confirm' }]
    const nobody = { stdout: '{"canAsk":false,"isLive":false}\nfalse\n', stderr: '' }
    expect(await run({ isTerminal: false, steps })).toMatchObject(nobody)
    const silent = { stdout: '{"canAsk":false,"isLive":true}\nfalse\n', stderr: '' }
    expect(await run({ isTerminal: true, noInput: true, steps })).toMatchObject(silent)
  })

  test('can be asked at a terminal', async () => {
    expect((await run({ isTerminal: true, steps: [{ do: 'tell' }] })).stdout).toBe(
      '{"canAsk":true,"isLive":true}\n',
    )
  })
})

test.each([
  [{ isTerminal: true, columns: 120 }, {}, 120, true],
  [{ isTerminal: true, columns: 120 }, { COLUMNS: '60', NO_COLOR: '1' }, 120, false],
  [{ isTerminal: true, columns: 0 }, { TERM: 'dumb' }, 80, false],
  [{ isTerminal: false, columns: 120 }, {}, 80, false],
  [{ isTerminal: false }, { COLUMNS: '60', FORCE_COLOR: '1' }, 60, true],
  [{ isTerminal: false }, { COLUMNS: 'wide' }, 80, false],
])(
  'the answer to %o in %o has %i columns, colours: %s',
  async (where, env, answerColumns, isAnswerColoured) => {
    const { stdout } = await run({ ...where, env, steps: [{ do: 'measure' }] })
    expect(JSON.parse(stdout)).toEqual({ answerColumns, isAnswerColoured })
  },
)
