/**
 * The conversation in which is asked whether the Secret Service has a keyring for new items, and whether that is open: the
 * collection behind the alias `default`, where libsecret stores. Nothing is made, unlocked or prompted for.
 */
import { BusConversation, declined, expectSignature, SECRETS } from './bus-conversation.ts'
import type { ConversationStep } from './bus-conversation.ts'
import { MessageWriter, encodeCall } from './dbus-message.ts'
import type { Message } from './dbus-message.ts'

const SERIAL = { readAlias: 2, getLocked: 3 }
const NO_COLLECTION = '/'

/** An answer of the service, whose default keyring is open. */
export interface OpenKeyring {
  kind: 'found'
}

/** One look: `declined` with `absent` for no keyring, `locked` for a closed one. */
export class KeyringLookConversation extends BusConversation<OpenKeyring> {
  protected firstCalls(): string {
    const body = new MessageWriter().string('default')
    return encodeCall({ ...SECRETS, serial: SERIAL.readAlias, member: 'ReadAlias', signature: 's', body })
  }

  protected takeReply(message: Message): ConversationStep<OpenKeyring> {
    switch (message.replySerial) {
      case SERIAL.readAlias: {
        expectSignature(message, 'o')
        const collection = message.body.string()
        if (collection === NO_COLLECTION) return declined('absent')
        return { kind: 'send', bytes: getLocked(collection) }
      }
      case SERIAL.getLocked:
        expectSignature(message, 'v')
        return message.body.variant() === 0 ? { kind: 'found' } : declined('locked')
      case undefined:
      default:
        return { kind: 'wait' }
    }
  }
}

function getLocked(collection: string): string {
  return encodeCall({
    destination: SECRETS.destination,
    path: collection,
    interface: 'org.freedesktop.DBus.Properties',
    serial: SERIAL.getLocked,
    member: 'Get',
    signature: 'ss',
    body: new MessageWriter().string('org.freedesktop.Secret.Collection').string('Locked'),
  })
}
