/**
 * The conversation in which an item of the Secret Service is read (Secret Service API 0.2): who says what when. The calls are
 * D-Bus's, their order and attributes those of libsecret, by which keytar reads.
 */
import { Secret } from '../secret.ts'
import { BusConversation, declined, expectSignature, SECRETS } from './bus-conversation.ts'
import type { ConversationStep } from './bus-conversation.ts'
import { MessageWriter, encodeCall } from './dbus-message.ts'
import type { Message } from './dbus-message.ts'

/** What an item holds. */
export interface FoundItem {
  kind: 'found'
  value: Secret
}

const SERIAL = { openSession: 2, searchItems: 3, getSecret: 4 }

/** One read of one item, in three round trips. */
export class SecretServiceConversation extends BusConversation<FoundItem> {
  readonly #request: { service: string; account: string }
  #session: string | undefined
  #item: string | undefined

  constructor(request: { service: string; account: string; uid: number }) {
    super(request.uid)
    this.#request = request
  }

  protected firstCalls(): string {
    const { service, account } = this.#request
    return openSession() + searchItems(service, account)
  }

  protected takeReply(message: Message): ConversationStep<FoundItem> {
    const { body } = message
    switch (message.replySerial) {
      case SERIAL.openSession:
        expectSignature(message, 'vo')
        body.variant()
        this.#session = body.string()
        return this.#askWhenReady()
      case SERIAL.searchItems: {
        expectSignature(message, 'aoao')
        const unlocked = body.array(4, (reader) => reader.string())
        const locked = body.array(4, (reader) => reader.string())
        // The first, as libsecret has it.
        this.#item = unlocked[0]
        if (this.#item === undefined) return declined(locked.length > 0 ? 'locked' : 'absent')
        return this.#askWhenReady()
      }
      case SERIAL.getSecret: {
        expectSignature(message, '(oayays)')
        body.string()
        // Only an encrypted secret has parameters.
        if (body.uint32() > 0) throw new RangeError('a secret of another kind of session')
        return {
          kind: 'found',
          value: new Secret(Buffer.from(body.bytes(body.uint32()), 'latin1').toString()),
        }
      }
      case undefined:
      default:
        return { kind: 'wait' }
    }
  }

  #askWhenReady(): ConversationStep<FoundItem> {
    if (this.#session === undefined || this.#item === undefined) return { kind: 'wait' }
    return { kind: 'send', bytes: getSecret(this.#item, this.#session) }
  }
}

function openSession(): string {
  const body = new MessageWriter().string('plain').signature('s').string('')
  return encodeCall({ ...SECRETS, serial: SERIAL.openSession, member: 'OpenSession', signature: 'sv', body })
}

// The attributes under which keytar keeps an item: its two, and the schema's name, which libsecret adds.
function searchItems(service: string, account: string): string {
  const attributes = { account, service, 'xdg:schema': 'org.freedesktop.Secret.Generic' }
  const entries = new MessageWriter()
  for (const [name, value] of Object.entries(attributes)) entries.align(8).string(name).string(value)
  const body = new MessageWriter().array(entries)
  return encodeCall({
    ...SECRETS,
    serial: SERIAL.searchItems,
    member: 'SearchItems',
    signature: 'a{ss}',
    body,
  })
}

function getSecret(item: string, session: string): string {
  const target = { ...SECRETS, path: item, interface: 'org.freedesktop.Secret.Item' }
  const body = new MessageWriter().string(session)
  return encodeCall({ ...target, serial: SERIAL.getSecret, member: 'GetSecret', signature: 'o', body })
}
