/**
 * Reads one item of the Secret Service (Linux: GNOME Keyring, KWallet, KeePassXC) over the session bus, for a caller that
 * would rather not load a native library or start a helper. It only reads, asks for no unlocking, starts no service, and
 * declines on anything unusual and after a short time: the caller then asks as it would have without it.
 *
 * What it sends is no secret. What it gets crosses the socket in the clear (session `plain`): see SECURITY.md. Whoever
 * answers is not authenticated, so the caller checks what it gets: a sealing key by its id.
 */
import { connect } from 'node:net'
import { declined } from './bus-conversation.ts'
import type { BusConversation, ConversationStep, Declined } from './bus-conversation.ts'
import { SecretServiceConversation } from './secret-service-conversation.ts'
import type { FoundItem } from './secret-service-conversation.ts'
import { sessionBusSockets } from './session-bus-address.ts'

/**
 * Which item, named as keytar does, and how to reach it: `env` as keytar's process would have it, `uid` the caller's own.
 * `limitMs` bounds all of it.
 */
export interface SecretServiceRequest {
  service: string
  account: string
  env: Record<string, string | undefined>
  uid: number
  limitMs?: number
}

const DEFAULT_LIMIT_MS = 250
const READ_BYTES = 4096

/** Reads an item. Never throws, and leaves no connection behind. */
export function readSecretServiceItem(request: SecretServiceRequest): Promise<FoundItem | Declined> {
  return converse(() => new SecretServiceConversation(request), request)
}

/** Has a conversation at the first address where somebody listens. Never throws, and leaves no connection behind. */
export function converse<Found extends { kind: 'found' }>(
  begin: () => BusConversation<Found>,
  { env, limitMs = DEFAULT_LIMIT_MS }: Pick<SecretServiceRequest, 'env' | 'limitMs'>,
): Promise<Found | Declined> {
  return new Promise((resolve) => {
    let close = ignoreLate
    let isSettled = false
    const settle = (answer: Found | Declined): void => {
      isSettled = true
      clearTimeout(limit)
      close()
      resolve(answer)
    }
    const limit = setTimeout(() => {
      settle(declined('timeout'))
    }, limitMs)

    const sockets = sessionBusSockets(env)
    const tryNext = (): void => {
      const path = sockets.shift()
      if (path === undefined) {
        settle(declined('unreachable'))
        return
      }
      const conversation = begin()
      const take = (bytes: string): void => {
        const step = stepOf(conversation, bytes)
        if (step.kind === 'send') socket.write(step.bytes, 'latin1')
        else if (step.kind !== 'wait') settle(step)
      }
      // One buffer for all that comes: a readable stream would add some milliseconds, for it is never warm here.
      const buffer = Buffer.allocUnsafe(READ_BYTES)
      const callback = (count: number): boolean => {
        if (!isSettled) take(buffer.toString('latin1', 0, count))
        return true
      }
      const socket = connect({ path, onread: { buffer, callback } })
      let isConnected = false
      close = () => {
        socket.removeAllListeners()
        socket.on('error', ignoreLate)
        // A process that ends with its answer need not wait for that.
        socket.unref()
        setImmediate(() => socket.destroy()).unref()
      }
      socket.on('connect', () => {
        isConnected = true
        socket.write(conversation.opening(), 'latin1')
      })
      socket.on('error', ignoreLate)
      // Only where nobody listens is the next address tried: as libdbus and GDBus do.
      socket.on('close', () => {
        if (isConnected) settle(declined('unreachable'))
        else tryNext()
      })
    }
    tryNext()
  })
}

function stepOf<Found extends { kind: 'found' }>(
  conversation: BusConversation<Found>,
  bytes: string,
): ConversationStep<Found> {
  try {
    return conversation.take(bytes)
  } catch (error) {
    if (error instanceof RangeError) return declined('malformed')
    throw error
  }
}

function ignoreLate(): void {
  // The answer is given, or `close` follows and gives it.
}
