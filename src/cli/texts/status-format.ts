/** The status as a line of one's own, for prompts. Pure. */
import type { Status } from '../../broker/status.ts'
import { plainText } from '../../errors/plain-text.ts'
import { PoolkeyError } from '../../errors/poolkey-error.ts'

/** What stands for each name: `now` in milliseconds of the servers' clock. What is not known is empty. */
const PLACEHOLDERS = {
  profile: ({ profile }) => profile,
  user: ({ session }) => session.email ?? session.userName,
  state: ({ session }) => session.state,
  credentials: ({ credentials }) => credentials.state,
  left: ({ credentials }, now) => shortLeft(credentials.expiresAt, now),
  'sign-in-left': ({ session }, now) => shortLeft(session.refreshTokenExpiresAt, now),
  role: ({ credentials }) => credentials.roleArn?.split('/').at(-1),
  arn: ({ credentials }) => credentials.roleArn,
  account: ({ credentials }) => credentials.accountId,
} satisfies Record<string, (status: Status, now: number) => string | undefined>

/** Gives `{name}` their values; `{{` and `}}` are braces. */
export type FillIn = (status: Status, now: number) => string

/** Throws `usage` for a name that there is not. */
export function parseStatusFormat(format: string): FillIn {
  const byName = new Map(Object.entries(PLACEHOLDERS))
  const names = Array.from(format.matchAll(PLACEHOLDER), ([, name]) => name)
  const unknown = names.find((name) => name !== undefined && !byName.has(name))
  if (unknown !== undefined) {
    throw new PoolkeyError('usage', {
      problem: `--format knows no {${unknown}}`,
      fix: `these there are: ${[...byName.keys()].map((name) => `{${name}}`).join(' ')}; {{ and }} are braces`,
    })
  }
  return (status, now) =>
    format.replace(PLACEHOLDER, (braces, name?: string) =>
      name === undefined ? braces.slice(1) : plainText(byName.get(name)?.(status, now) ?? ''),
    )
}

const PLACEHOLDER = /\{\{|\}\}|\{([^{}]*)\}/g

/** `59m`, `3h20m`, `12d`; nothing where nothing is left. */
function shortLeft(instant: string | undefined, now: number): string | undefined {
  const minutes = Math.floor((Date.parse(instant ?? '') - now) / 60_000)
  if (!(minutes >= 0)) return undefined
  if (minutes < 1) return '<1m'
  if (minutes < 60) return `${minutes}m`
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return `${hours}h${minutes % 60 === 0 ? '' : `${minutes % 60}m`}`
  return `${Math.floor(hours / 24)}d`
}
