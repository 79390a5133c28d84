import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const root = fileURLToPath(new URL('..', import.meta.url))

// Machines are noisy: these limits are for what hangs, not for what is slow.
const patient = { testTimeout: 60_000, expect: { poll: { timeout: 15_000 } } }

export default defineConfig({
  root,
  test: {
    // Much of the time is spent waiting for processes and sockets: every core is worth a worker.
    maxWorkers: '100%',
    projects: [
      {
        root,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', 'test/system/**', 'test/stress/**'],
          ...patient,
        },
      },
      // The built command as a child process: slower, and each test brings its own HOME.
      { root, test: { name: 'e2e', include: ['test/e2e/**/*.test.ts'], ...patient } },
      // Many rounds of what must never happen; STRESS=full runs all of them, one file at a time.
      {
        root,
        test: {
          name: 'stress',
          include: ['test/stress/**/*.test.ts'],
          testTimeout: 3_600_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
      // Real parts of the system (awscli, boto3, a Secret Service); a missing part is a failure, not a skip.
      {
        root,
        test: {
          name: 'system',
          include: ['test/system/**/*.test.ts'],
          globalSetup: ['test/system/consumers/go-folder.ts'],
          testTimeout: 180_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
})
