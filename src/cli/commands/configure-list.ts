import { explainError } from '../../errors/catalogue.ts'
import { askedRole } from '../../errors/known-cause.ts'
import { jsonLine, plainText } from '../../errors/plain-text.ts'
import { isOurs } from '../../errors/poolkey-error.ts'
import type { PoolkeyError } from '../../errors/poolkey-error.ts'
import type { ProfileEntry } from '../../profile/profile-list.ts'
import type { Profile } from '../../profile/profile.ts'
import type { Needs } from '../context.ts'

export interface ConfigureListOptions {
  json?: boolean
}

/** A row of the list; what is not known, because the profile has a mistake, is absent. */
interface Row {
  name: string
  file: string
  line: number
  exchange?: string
  userPoolId?: string | undefined
  clientId?: string | undefined
  roleArn?: string | undefined
  sourceProfile: string | undefined
}

/** Lists poolkey's profiles of both AWS files. */
export async function configureList(
  context: Needs<'terminal' | 'configFile'>,
  options: ConfigureListOptions,
): Promise<number> {
  const { terminal, configFile } = context
  const found = await configFile.entries()
  const rows = found.map(({ entry, profile }) => rowOf(entry, profile))
  if (options.json === true) {
    terminal.answer(`${jsonLine({ version: 1, profiles: rows })}\n`)
    return 0
  }
  if (rows.length === 0) {
    const { configFile: file } = await configFile.read()
    terminal.say(`There is no profile of poolkey's in ${file}. To make one: poolkey configure --profile NAME`)
  } else terminal.answer(tableOf(rows))
  for (const { entry, profile } of found) {
    if (isOurs(profile))
      terminal.label('warning', `profile ${entry.name} cannot be used: ${explainError(profile).what}`)
  }
  return 0
}

function rowOf({ name, file, line, sourceProfile }: ProfileEntry, profile: Profile | PoolkeyError): Row {
  if (isOurs(profile)) return { name, file, line, sourceProfile }
  const { signIn, exchange } = profile
  return {
    ...{ name, file, line, exchange: exchange.kind },
    userPoolId: signIn?.userPoolId,
    clientId: signIn?.clientId,
    // The one that tools end up with.
    roleArn: profile.chain?.roleArn ?? askedRole(profile),
    sourceProfile,
  }
}

const NONE = '-'

function tableOf(rows: Row[]): string {
  const cells = [
    ['PROFILE', 'EXCHANGE', 'USER POOL', 'APP CLIENT', 'SIGN-IN OF', 'ROLE'],
    ...rows.map((row) =>
      [row.name, row.exchange, row.userPoolId, row.clientId, row.sourceProfile, row.roleArn].map((cell) =>
        plainText(cell ?? NONE),
      ),
    ),
  ]
  const widths = cells[0]?.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0))) ?? []
  return cells
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}
