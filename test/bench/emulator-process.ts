/**
 * The emulator in a process of its own: the bench waits synchronously for what it measures. It ends with the bench. Its
 * messages are in `emulator.ts`.
 */
import { startEmulator } from '../../src/emulator/emulator.ts'
import type { EmulatorCall, EmulatorFacts } from './emulator.ts'

const emulator = await startEmulator({ redirectUris: process.argv.slice(2) })

process.on('disconnect', () => {
  process.exit()
})
process.on('message', ({ lifeSeconds }: EmulatorCall) => {
  if (lifeSeconds !== undefined) {
    const lives = { idTokenSeconds: lifeSeconds, credentialsSeconds: lifeSeconds }
    Object.assign(emulator.settings, lives)
  }
  tell()
})
tell()

function tell(): void {
  const { origin, region, user } = emulator
  const facts: EmulatorFacts = {
    ...{ origin, region, user },
    profileText: emulator.profileText('dev'),
    requests: emulator.requests.map(({ operation }) => operation),
  }
  process.send?.(facts)
}
