import { setTimeout } from 'node:timers/promises'

/** Waits; throws the signal's reason when it aborts. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await setTimeout(ms, undefined, { signal })
  } catch (error) {
    // The timer has an AbortError of its own; callers are promised the signal's reason.
    signal.throwIfAborted()
    throw error
  }
}
