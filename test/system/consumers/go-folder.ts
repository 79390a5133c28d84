/** Where a run of the system tests keeps the Go programs it builds, until it ends. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  export interface ProvidedContext {
    goFolder: string
  }
}

export function setup(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'poolkey-go-'))
  project.provide('goFolder', folder)
  return () => {
    rmSync(folder, { recursive: true, force: true })
  }
}
