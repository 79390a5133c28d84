/** Help as it is read: by pipes, too. */
import { expect, test } from 'vitest'
import { openStation } from './poolkey-process.ts'

test.each([['--help'], ['help'], ['help settings'], ['login --help'], ['--version']])(
  '%s, of which nobody reads on, as behind "| head", is no failure',
  async (line) => {
    const station = await openStation()
    const help = station.start(line.split(' '))
    help.child.stdout?.destroy()
    expect(await help.ended).toMatchObject({ code: 0, stderr: '' })
  },
)
