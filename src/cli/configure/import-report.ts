/** What an import found, in lines for a person. Pure. */
import type { ImportedKey } from '../../profile/import/chosen-settings.ts'
import type { Imported } from '../../profile/import/imported.ts'

const MOST_DROPPED = 5

/** What stands where, what was left out and why, and what is missing; `isGiven` tells what an option gives. */
export function importReport(
  imported: Imported,
  name: string,
  isGiven: (key: ImportedKey) => boolean,
): string[] {
  const { formats, settings, callbacks, notes } = imported
  const rows = [...settings].map(([key, found]) => ({ key, ...found }))
  const widthOf = (column: 'key' | 'value') =>
    Math.min(48, Math.max(0, ...rows.map((row) => row[column].length)))
  return [
    `${name}: ${formats.join(', ')}`,
    ...rows.map(
      ({ key, value, where }) =>
        `  ${key.padEnd(widthOf('key'))}  ${value.padEnd(widthOf('value'))}  from ${where}`,
    ),
    ...droppedLines(callbacks.dropped),
    ...notes,
    ...missingLines(imported, isGiven),
  ]
}

function droppedLines(dropped: string[]): string[] {
  if (dropped.length === 0) return []
  const more = dropped.length > MOST_DROPPED ? `, and ${dropped.length - MOST_DROPPED} more` : ''
  return [
    `Left out, as poolkey listens only on http:// addresses of this machine with a port: ${dropped.slice(0, MOST_DROPPED).join(', ')}${more}`,
  ]
}

// Where to find what a file does not tell.
const WHERE_TO_FIND: { of: ImportedKey[]; where: string }[] = [
  {
    of: ['cognito_user_pool_id'],
    where: 'the user pool: aws cognito-idp list-user-pools --max-results 60',
  },
  {
    of: ['cognito_client_id'],
    where: 'the app client: aws cognito-idp list-user-pool-clients --user-pool-id POOL --region REGION',
  },
  {
    of: ['cognito_domain'],
    where:
      'the domain, at which the browser signs in: aws cognito-idp describe-user-pool --user-pool-id POOL --region REGION --query "UserPool.[Domain,CustomDomain]"',
  },
  {
    of: ['cognito_identity_pool_id', 'cognito_role_arn'],
    where:
      'an identity pool or a role, without which the profile only signs in: --identity-pool-id or --role-arn',
  },
]

function missingLines({ settings, ambiguous }: Imported, given: (key: ImportedKey) => boolean): string[] {
  const pool = settings.get('cognito_user_pool_id')?.value ?? 'POOL'
  const region = settings.get('region')?.value ?? 'REGION'
  return WHERE_TO_FIND.filter(
    ({ of }) => !of.some((key) => settings.has(key) || ambiguous.has(key) || given(key)),
  ).map(({ where }) => `Not in it: ${where.replace('POOL', pool).replace('REGION', region)}`)
}
