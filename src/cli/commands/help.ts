import type { CommandContext } from '../context.ts'

export async function help(_context: CommandContext): Promise<number> {
  return Promise.resolve(0)
}
