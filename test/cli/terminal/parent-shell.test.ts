import { spawn } from 'node:child_process'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { shellOfParent } from '../../../src/cli/terminal/parent-shell.ts'
import { temporaryFolder } from '../../vault/temporary-folder.ts'

/** A process that goes by the name of a shell. */
async function processNamed(name: string): Promise<number> {
  const path = join(temporaryFolder(), name)
  copyFileSync('/bin/sleep', path)
  const child = spawn(path, ['60'], { stdio: 'ignore' })
  onTestFinished(() => void child.kill('SIGKILL'))
  await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject))
  return child.pid!
}

// Where there is no /proc, `ps` is asked; it gives a path on macOS.
test.each(
  (['linux', 'darwin'] as const).flatMap((platform) =>
    [
      ['fish', 'fish'],
      ['pwsh', 'powershell'],
      ['nu', 'nu'],
      ['zsh', 'sh'],
      ['anything', 'sh'],
    ].map(([name, shell]) => [platform, name!, shell] as const),
  ),
)('on %s the process %s asks for the dialect of %s', async (platform, name, shell) => {
  expect(await shellOfParent({ pid: await processNamed(name), platform })).toBe(shell)
})

test.each(['linux', 'darwin', 'win32'] as const)(
  'on %s a parent that is gone counts as POSIX',
  async (platform) => {
    // Above the highest that Linux gives.
    expect(await shellOfParent({ pid: 4_194_305, platform })).toBe('sh')
  },
)
