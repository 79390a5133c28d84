import { execFileSync } from 'node:child_process'
import { closeSync, constants, mkdtempSync, openSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { readNamedPipe } from '../../../src/cli/configure/named-pipe.ts'

function makePipe(): string {
  const folder = mkdtempSync(join(tmpdir(), 'poolkey-named-pipe-'))
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  const pipe = join(folder, 'pipe')
  execFileSync('mkfifo', [pipe])
  return pipe
}

const NEVER = new AbortController().signal

async function allOf(chunks: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = []
  for await (const chunk of chunks) parts.push(chunk)
  return Buffer.concat(parts).toString()
}

test('what is written bit by bit is read to its end', async () => {
  const pipe = makePipe()
  const read = allOf(readNamedPipe(pipe, NEVER))
  const writer = await open(pipe, 'w')
  const large = 'x'.repeat(200_000)
  await writer.write('one ')
  await writer.write(large)
  await writer.write(' two')
  await writer.close()
  expect(await read).toBe(`one ${large} two`)
})

test('a writer that leaves without a word is the end', async () => {
  const pipe = makePipe()
  const read = allOf(readNamedPipe(pipe, NEVER))
  await (await open(pipe, 'w')).close()
  expect(await read).toBe('')
})

test('a pipe that is not there is told as by the system', async () => {
  await expect(allOf(readNamedPipe(`${makePipe()}-none`, NEVER))).rejects.toThrow('ENOENT')
})

test('the wait for a first writer ends with the signal’s reason', async () => {
  const pipe = makePipe()
  const abort = new AbortController()
  const read = allOf(readNamedPipe(pipe, abort.signal))
  abort.abort(new Error('Ctrl-C'))
  await expect(read).rejects.toThrow('Ctrl-C')
  await releaseThread(pipe)
})

test('the wait for a writer that says no more ends with the signal’s reason', async () => {
  const pipe = makePipe()
  const abort = new AbortController()
  const chunks = readNamedPipe(pipe, abort.signal)
  const first = chunks.next()
  const writer = await open(pipe, 'w')
  await writer.write('{')
  expect((await first).value?.toString()).toBe('{')
  const second = chunks.next()
  abort.abort(new Error('Ctrl-C'))
  await expect(second).rejects.toThrow('Ctrl-C')
  // Lets the thread go.
  await writer.close()
})

/** The end of this process would wait for the thread that was left behind. */
async function releaseThread(pipe: string): Promise<void> {
  closeSync(await opened())

  // ENXIO until the thread is there.
  async function opened(): Promise<number> {
    for (;;) {
      try {
        return openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK)
      } catch {
        await new Promise(setImmediate)
      }
    }
  }
}
