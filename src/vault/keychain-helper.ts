/**
 * The helper process that speaks to the keychain: an entry point of its own. It reads one request from stdin, answers on
 * stdout and ends. When stdin ends first, nobody waits for the answer any more, and it ends itself by a signal, because
 * a native call that hangs in a prompt survives everything else.
 */
import { createInterface } from 'node:readline'
import type * as Keytar from 'keytar'
import { parseJsonObject } from '../json-object.ts'
import type { KeychainAnswer, KeychainRequest } from './keychain.ts'

const MAX_DETAIL_CHARACTERS = 200

const lines = createInterface({ input: process.stdin })
lines.once('line', (line) => {
  void perform(line).then((answer) => {
    process.stdout.write(`${JSON.stringify(answer)}\n`, () => {
      process.exit(0)
    })
  })
})
lines.once('close', () => {
  process.kill(process.pid, 'SIGKILL')
})

async function perform(line: string): Promise<KeychainAnswer> {
  const request = parseRequest(line)
  if (request === undefined) return { ok: false, problem: 'service', detail: 'the request is not valid' }
  const keytar = await loadKeytar()
  if (keytar === undefined)
    return { ok: false, problem: 'library', detail: 'the keytar library cannot be loaded' }
  const { op, service, account, value } = request
  try {
    switch (op) {
      case 'get':
        return { ok: true, value: await keytar.getPassword(service, account) }
      case 'set':
        // Overwrites in place. Deleted and made anew, an item would lose what the person allowed (macOS would ask again).
        await keytar.setPassword(service, account, value ?? '')
        return { ok: true, value: null }
      case 'remove':
        await keytar.deletePassword(service, account)
        return { ok: true, value: null }
    }
  } catch (error) {
    const message = error instanceof Error ? error.message : ''
    return { ok: false, problem: problemOf(message), detail: message.slice(0, MAX_DETAIL_CHARACTERS) }
  }
}

// An optional dependency, and a native one: it may be absent, or there may be no libsecret for it to load.
async function loadKeytar(): Promise<typeof Keytar | undefined> {
  try {
    // Its `default`: of what a CommonJS package exports by an object, Node names only the first function.
    return (await import('keytar')).default
  } catch {
    return undefined
  }
}

// The texts are those of libsecret, of macOS's SecCopyErrorMessageString and of Windows; keytar passes on no codes.
function problemOf(message: string): 'no-keyring' | 'locked' | 'denied' | 'service' {
  // Of libsecret, where the service has no collection to keep it in, and nobody could be asked to make one.
  if (/object does not exist at path/i.test(message)) return 'no-keyring'
  if (/locked collection|is locked|interaction is not allowed/i.test(message)) return 'locked'
  if (/dismissed|cancell?ed|denied|passphrase you entered is not correct/i.test(message)) return 'denied'
  return 'service'
}

function parseRequest(line: string): KeychainRequest | undefined {
  const { op, service, account, value } = parseJsonObject(line) ?? {}
  if (typeof service !== 'string' || typeof account !== 'string') return undefined
  if (op === 'get' || op === 'remove') return { op, service, account }
  return op === 'set' && typeof value === 'string' ? { op, service, account, value } : undefined
}
