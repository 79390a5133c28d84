import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A folder of the running test alone, mode 0700, removed with all that is in it when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'poolkey-test-'))
  onTestFinished(() => {
    // A process that was killed a moment ago may still be writing.
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  })
  return folder
}
