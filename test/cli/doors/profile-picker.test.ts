import { describe, expect, test } from 'vitest'
import { pickedName, pickProfile } from '../../../src/cli/doors/profile-picker.ts'

const own = (name: string) => `[profile ${name}]\ncognito_client_id = 1abc\n`
const signal = new AbortController().signal

/** A terminal with a person who answers in this order, and with Ctrl-D after that. */
function personWho(...answers: string[]) {
  const said: string[] = []
  const left = [...answers]
  return {
    said,
    terminal: {
      canAsk: true,
      say: (line: string) => void said.push(line),
      ask: () => Promise.resolve(left.shift()),
    },
  }
}

const pick = (configText: string, { terminal }: Pick<ReturnType<typeof personWho>, 'terminal'>) =>
  pickProfile({ files: { configText, configFile: 'config' }, terminal, signal })

describe('among several profiles', () => {
  const text = `${own('dev')}[profile static]\naws_access_key_id = A\n${own('prod')}[profile deploy]\nrole_arn = x\nsource_profile = dev\n`

  test('a person chooses one by its number or its name; those of others are not offered', async () => {
    const person = personWho('2')
    expect(await pick(text, person)).toBe('prod')
    expect(person.said).toEqual([
      'No profile was named (--profile or AWS_PROFILE). There are:',
      ...['  1  dev', '  2  prod', '  3  deploy'],
    ])
    expect(await pick(text, personWho(' deploy '))).toBe('deploy')
  })

  test('what is none of them is asked again, three times in all', async () => {
    const person = personWho('4', '0', 'dev')
    expect(await pick(text, person)).toBe('dev')
    expect(person.said).toContain('There is no 4.')
    expect(await pick(text, personWho('static', '-1', '1.0', 'dev'))).toBeUndefined()
  })

  test('no answer is no choice', async () => {
    expect(await pick(text, personWho(''))).toBeUndefined()
    expect(await pick(text, personWho())).toBeUndefined()
  })
})

test.each([
  { what: 'there is only one', text: own('dev') },
  {
    what: 'default is one of them',
    text: `[default]\ncognito_client_id = 1abc\n${own('dev')}${own('prod')}`,
  },
  { what: 'there is none', text: '[profile a]\nregion = x\n[profile b]\nregion = x\n' },
])('nobody is asked where $what', async ({ text }) => {
  const person = personWho('1')
  expect(await pick(text, person)).toBeUndefined()
  expect(person.said).toEqual([])
})

test('nobody is asked without a terminal', async () => {
  const { terminal, said } = personWho('1')
  expect(await pick(own('dev') + own('prod'), { terminal: { ...terminal, canAsk: false } })).toBeUndefined()
  expect(said).toEqual([])
})

test("a default that is not poolkey's is in nobody's way", async () => {
  const text = `[default]\nregion = eu-west-1\n${own('dev')}${own('prod')}`
  expect(await pick(text, personWho('1'))).toBe('dev')
})

test('a name that looks like a number wins over the number', () => {
  expect(pickedName('1', ['dev', '1'])).toBe('1')
  expect(pickedName('2', ['dev', '1'])).toBe('1')
  expect(pickedName('3', ['dev', '1'])).toBeUndefined()
})
