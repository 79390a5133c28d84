/** Names that people choose for what a template makes, as AWS takes them. Pure. */
import type { TemplateGroup } from './template-text.ts'

const MOST_GROUPS = 50

/** The beginning of names: what user pools, app clients and identity pools all may be called. */
export function isNamePrefix(text: string): boolean {
  return /^[A-Za-z][A-Za-z0-9-]{0,31}$/.test(text)
}

/** `Domain` of AWS::Cognito::UserPoolDomain; Cognito keeps its own names for itself. */
export function isDomainPrefix(text: string): boolean {
  return /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(text) && !/aws|amazon|cognito/.test(text)
}

/** Groups with logical IDs of their own; undefined where a name is not possible or two would have one ID. */
export function groupsNamed(names: string[]): TemplateGroup[] | undefined {
  const groups = names.map((name) => ({ name, id: logicalId(name) }))
  // The role of who is in no group.
  const ids = new Set(['authenticated', ...groups.map(({ id }) => id.toLowerCase())])
  const isPossible = names.every((name) => /^[A-Za-z][A-Za-z0-9_-]{0,63}$/.test(name))
  return isPossible && names.length <= MOST_GROUPS && ids.size === groups.length + 1 ? groups : undefined
}

/** `read-only` becomes `ReadOnly`: logical IDs have letters and digits only. */
function logicalId(name: string): string {
  return name
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('')
}
