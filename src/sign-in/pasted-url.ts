/** The way back from a browser that cannot reach the listener: a person pastes the URL that it ended at. */
import { judgePastedUrl, signInRefused } from './callback.ts'
import type { ExpectedPastedUrl } from './callback.ts'
import type { CallbackListener, CallbackNotice, ReceivedCode } from './callback-listener.ts'

/** Asks for the redirected URL; called again after one that does not fit. Undefined when there will be none. */
export type ReadPastedUrl = (signal: AbortSignal) => Promise<string | undefined>

/** Told of a URL that does not fit; `problem` says why in our own words. */
export interface PastedUrlNotice {
  kind: 'pasted-url-rejected'
  problem: string
}

/** How the code may come: what a URL must look like, who asks for one, and who is told of those that do not fit. */
export interface CodeWait extends Omit<ExpectedPastedUrl, 'redirectUri'> {
  readPastedUrl?: ReadPastedUrl
  onNotice: (notice: CallbackNotice | PastedUrlNotice) => void
  signal: AbortSignal
}

/**
 * The code of the callback or of the pasted URL, whichever comes first; the question is over then. Throws `sign-in-refused`,
 * what `readPastedUrl` throws, and the reason of `signal` when it aborts.
 */
export async function firstCode(listener: CallbackListener, wanted: CodeWait): Promise<ReceivedCode> {
  const { readPastedUrl, signal } = wanted
  const callback = listener.waitForCode(signal)
  if (!readPastedUrl) return callback
  const over = new AbortController()
  try {
    const question = AbortSignal.any([signal, over.signal])
    const expected = { ...wanted, redirectUri: listener.redirectUri }
    return await Promise.race([callback, readCode(() => readPastedUrl(question), expected, question)])
  } finally {
    over.abort()
    // The one that lost ends by itself and has nothing left to say.
    callback.catch(() => undefined)
  }
}

async function readCode(
  readPastedUrl: () => Promise<string | undefined>,
  expected: ExpectedPastedUrl & Pick<CodeWait, 'onNotice'>,
  signal: AbortSignal,
): Promise<ReceivedCode> {
  for (;;) {
    const text = await readPastedUrl()
    signal.throwIfAborted()
    // Leaves the race to the callback.
    if (text === undefined) return new Promise(() => undefined)
    const verdict = judgePastedUrl(text, expected)
    switch (verdict.kind) {
      case 'code':
        return { code: verdict.code, finish: () => Promise.resolve() }
      case 'refused':
        throw signInRefused(verdict)
      case 'unverified-error':
        expected.onNotice(verdict)
        break
      case 'rejected':
        expected.onNotice({ kind: 'pasted-url-rejected', problem: verdict.problem })
    }
  }
}
