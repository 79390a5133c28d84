import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openCodeCache } from '../src/code-cache.ts'

// A folder for each test: V8 remembers by path and text what this process has compiled, and, from Node 22, what it has taken.
let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'poolkey-code-cache-'))
})
afterEach(() => {
  rmSync(root, { recursive: true, force: true })
})

const FILE = 'greeting-aBcD_-12.cjs'
const MAIN = 'main.cjs'

interface Place {
  programFolder: string
  stateFolder: string
  folder: string
}

function makePlace({ greeting = 'hello' } = {}): Place {
  const [programFolder, stateFolder] = [join(root, 'dist'), join(root, 'state')]
  for (const folder of [programFolder, stateFolder]) mkdirSync(folder, { recursive: true, mode: 0o700 })
  writeFileSync(join(stateFolder, 'vault.json'), '{}')
  writeFileSync(
    join(programFolder, MAIN),
    `exports.greet = require('./${FILE}').greet; exports.folder = __dirname`,
  )
  writeFileSync(
    join(programFolder, FILE),
    `const { sep } = require('node:path'); exports.greet = () => '${greeting}' + sep`,
  )
  return { programFolder, stateFolder, folder: join(stateFolder, 'code-cache') }
}

function open({ programFolder, folder }: Place, more: { userId?: number | undefined; node?: string } = {}) {
  return openCodeCache({
    programFolder,
    folder,
    userId: process.geteuid?.(),
    node: 'v1',
    now: () => Date.now(),
    ...more,
  })
}

/** Loads the program, uses it and ends. */
function run(place: Place, more: Parameters<typeof open>[1] = {}): string {
  const cache = open(place, more)
  const said = greetingOf(cache.load(MAIN))
  cache.keep()
  return said
}

function greetingOf(loaded: unknown): string {
  return (loaded as { greet: () => string }).greet()
}

const kept = ({ folder }: Place) => readdirSync(folder).sort()

/** Whether the next run takes what was kept. V8 tells sources apart by their length alone, so that it gives itself away. */
function takesKept(place: Place, more: Parameters<typeof open>[1] = {}): boolean {
  const path = join(place.programFolder, FILE)
  writeFileSync(path, readFileSync(path, 'utf8').replace('hello', 'jello'))
  return greetingOf(open(place, more).load(MAIN)) === 'hello/'
}

describe('the program is loaded', () => {
  test('as `require` would, each file once', () => {
    const place = makePlace()
    const cache = open(place)
    expect(cache.load(MAIN)).toMatchObject({ folder: place.programFolder })
    expect(cache.load(MAIN)).toBe(cache.load(MAIN))
    expect(greetingOf(cache.load(FILE))).toBe('hello/')
  })

  test('a file that is not there is an error', () => {
    expect(() => open(makePlace()).load('nobody.cjs')).toThrow('ENOENT')
  })
})

describe('what was compiled', () => {
  test('is kept for this user alone, of files with a hash in their names, and taken by the next run', () => {
    const place = makePlace()
    expect(run(place)).toBe('hello/')
    expect(kept(place)).toEqual([`${FILE}.v1`])
    expect(statSync(place.folder).mode & 0o777).toBe(0o700)
    expect(statSync(join(place.folder, `${FILE}.v1`)).mode & 0o777).toBe(0o600)
    expect(takesKept(place)).toBe(true)
  })

  test('is not written again when all of it was taken', () => {
    const place = makePlace()
    run(place)
    const { ino } = statSync(join(place.folder, `${FILE}.v1`))
    run(place)
    expect(statSync(join(place.folder, `${FILE}.v1`)).ino).toBe(ino)
  })

  test('is of no use to another Node, which keeps its own', () => {
    const place = makePlace()
    run(place)
    expect(takesKept(place, { node: 'v2' })).toBe(false)
    run(place, { node: 'v2' })
    expect(kept(place)).toEqual([`${FILE}.v1`, `${FILE}.v2`])
  })

  test('of a month ago goes when something new is kept', () => {
    const place = makePlace()
    run(place)
    const old = Date.now() / 1000 - 31 * 24 * 60 * 60
    utimesSync(join(place.folder, `${FILE}.v1`), old, old)
    run(place, { node: 'v2' })
    expect(kept(place)).toEqual([`${FILE}.v2`])
  })
})

test('one file that cannot be kept, and what a killed writer left, are in no other one’s way', () => {
  const place = makePlace()
  const OTHER = 'other-12345678.cjs'
  writeFileSync(join(place.programFolder, OTHER), 'exports.greet = () => require("./main.cjs").greet()')
  mkdirSync(join(place.folder, `${OTHER}.v1`), { recursive: true, mode: 0o700 })
  writeFileSync(join(place.folder, `${FILE}.v1.left`), '', { mode: 0o600 })
  const cache = open(place)
  expect(greetingOf(cache.load(OTHER))).toBe('hello/')
  cache.keep()
  expect(kept(place)).toEqual([`${FILE}.v1`, `${FILE}.v1.left`, `${OTHER}.v1`])
})

test('of too many files all go', () => {
  const place = makePlace()
  mkdirSync(place.folder, { mode: 0o700 })
  for (let count = 0; count <= 100; count += 1) writeFileSync(join(place.folder, `file-${count}`), '')
  run(place)
  expect(kept(place)).toEqual([`${FILE}.v1`])
})

test('a file that throws is loaded anew when it is asked for again', () => {
  const place = makePlace()
  const path = join(place.programFolder, MAIN)
  const text = readFileSync(path, 'utf8')
  writeFileSync(path, `throw new Error('not yet')`)
  const cache = open(place)
  expect(() => cache.load(MAIN)).toThrow('not yet')
  writeFileSync(path, text)
  expect(greetingOf(cache.load(MAIN))).toBe('hello/')
})

describe('nothing is kept', () => {
  test('where there is no vault', () => {
    const place = makePlace()
    rmSync(join(place.stateFolder, 'vault.json'))
    expect(run(place)).toBe('hello/')
    rmSync(place.stateFolder, { recursive: true })
    expect(run(place)).toBe('hello/')
    expect(readdirSync(root)).toEqual(['dist'])
  })

  test.each([
    ['where the system has no user ids', { userId: undefined }],
    ['in a folder of another user', { userId: 4_000_000 }],
  ])('%s', (_name, more) => {
    const place = makePlace()
    expect(run(place, more)).toBe('hello/')
    expect(readdirSync(place.stateFolder)).toEqual(['vault.json'])
  })

  test('where nothing can be written, and nobody is told', () => {
    const place = makePlace()
    writeFileSync(place.folder, '')
    expect(run(place)).toBe('hello/')
    expect(statSync(place.folder).size).toBe(0)
  })

  test.each([
    ['a file in the way', join(FILE, 'state', 'code-cache')],
    ['a name that is too long', join('a'.repeat(300), 'code-cache')],
    ['a link that leads to itself', join('loop', 'state', 'code-cache')],
  ])('and nothing fails where its folder cannot even be looked at: %s', (_name, path) => {
    const place = makePlace()
    symlinkSync('loop', join(place.programFolder, 'loop'))
    expect(run({ ...place, folder: join(place.programFolder, path) })).toBe('hello/')
    expect(readdirSync(place.programFolder).sort()).toEqual([FILE, 'loop', MAIN])
  })
})

// Whoever could write there could have any code run.
describe('what somebody else may have written is not taken', () => {
  const keptFile = ({ folder }: Place) => join(folder, `${FILE}.v1`)
  test.each<[string, (place: Place) => void]>([
    [
      'a file that others can write',
      (place) => {
        chmodSync(keptFile(place), 0o620)
      },
    ],
    [
      'a folder that others can write',
      ({ folder }) => {
        chmodSync(folder, 0o702)
      },
    ],
    [
      'a state folder that others can write',
      ({ stateFolder }) => {
        chmodSync(stateFolder, 0o770)
      },
    ],
    [
      'a link',
      (place) => {
        moveAside(keptFile(place))
      },
    ],
    [
      'a folder that is a link',
      ({ folder }) => {
        moveAside(folder)
      },
    ],
  ])('%s', (_name, loosen) => {
    const place = makePlace()
    run(place)
    loosen(place)
    expect(takesKept(place)).toBe(false)
  })

  test('another user’s', () => {
    const place = makePlace()
    run(place)
    expect(takesKept(place, { userId: 4_000_000 })).toBe(false)
  })
})

function moveAside(path: string): void {
  renameSync(path, join(root, 'aside'))
  symlinkSync(join(root, 'aside'), path)
}

function flippedBit(whole: Buffer): Buffer {
  const place = Math.trunc(whole.length * 0.7)
  whole[place] = (whole[place] ?? 0) ^ 1
  return whole
}

test.each([
  ['empty', 'aloha', () => Buffer.alloc(0)],
  ['cut off', 'salut', (whole: Buffer) => whole.subarray(0, whole.length / 2)],
  // V8 would end the process on the next two: it looks at its header alone.
  ['zeros from the middle on', 'adieu', (whole: Buffer) => whole.fill(0, whole.length / 2)],
  ['changed in one bit', 'salve', flippedBit],
  ['something else', 'howdy', () => Buffer.from('not what V8 made, at some length '.repeat(40))],
])('a kept file that is %s is compiled and kept anew', (_name, greeting, spoil) => {
  const place = makePlace()
  run(place)
  const path = join(place.folder, `${FILE}.v1`)
  writeFileSync(path, spoil(readFileSync(path)))
  const { ino: spoiled } = statSync(path)
  // Other text, lest V8 remembers that this process has compiled it before; as long, lest V8 refuses it for its length.
  expect(run(makePlace({ greeting }))).toBe(`${greeting}/`)
  const { ino: mended } = statSync(path)
  expect(mended).not.toBe(spoiled)
  run(place)
  expect(statSync(path).ino).toBe(mended)
})
