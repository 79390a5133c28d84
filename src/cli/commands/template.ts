import { PoolkeyError } from '../../errors/poolkey-error.ts'
import { cloudFormationTemplate } from '../../insight/template.ts'
import { groupsNamed, isDomainPrefix, isNamePrefix } from '../../insight/template-names.ts'
import type { Needs } from '../context.ts'

export interface TemplateCommandOptions {
  exchange: 'enhanced' | 'web-identity'
  namePrefix?: string
  domainPrefix?: string
  ports?: number[]
  groups?: string[]
}

/** Prints a CloudFormation template for user pool, app client and roles; asks no network and needs no profile. */
export function template(context: Needs<'terminal'>, options: TemplateCommandOptions): Promise<number> {
  const { exchange, namePrefix, domainPrefix, groups } = options
  const ports = options.ports ?? [8400, 8401]
  if (namePrefix !== undefined && !isNamePrefix(namePrefix))
    refuse(`--name-prefix ${namePrefix}`, 'take up to 32 letters, digits and hyphens, a letter first')
  if (domainPrefix !== undefined && !isDomainPrefix(domainPrefix)) {
    refuse(
      `--domain-prefix ${domainPrefix}`,
      'take up to 63 small letters, digits and hyphens, none of these at an end; without the words aws, amazon and cognito',
    )
  }
  if (exchange === 'web-identity' && groups !== undefined) {
    throw new PoolkeyError('usage', {
      problem: 'a role that trusts the user pool itself cannot see groups',
      fix: 'leave out --groups, or take --exchange enhanced',
    })
  }
  const named = exchange === 'web-identity' ? [] : groupsNamed(groups ?? ['admin', 'editor'])
  if (!named) {
    refuse(
      `--groups ${groups?.join(',') ?? ''}`,
      'take up to 50 names of letters, digits, hyphens and underscores that differ in more than those and case; "authenticated" is taken',
    )
  }
  context.terminal.answer(
    cloudFormationTemplate({ exchange, namePrefix, domainPrefix, ports, groups: named }),
  )
  return Promise.resolve(0)
}

function refuse(option: string, fix: string): never {
  throw new PoolkeyError('usage', { problem: `${option} is not possible`, fix })
}
