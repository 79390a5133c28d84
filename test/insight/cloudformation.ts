/**
 * CloudFormation's side of a template, as far as stacks of Cognito and IAM need it: YAML with its tags, every reference
 * filled in, and the registry's schema of each resource (AWS publishes it; @aws-cdk/aws-service-spec carries it).
 */
import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec'
import { parseDocument } from 'yaml'
import type { CollectionTag, ScalarTag } from 'yaml'

interface Template {
  Conditions: Record<string, unknown>
  Resources: Record<string, { Type: string; Properties: Record<string, unknown> }>
  Outputs: Record<string, { Value: unknown }>
}

/** A stack: the template with every reference filled in, by ids such as AWS gives. */
export interface Stack {
  resources: Record<string, { type: string; properties: Record<string, unknown> }>
  outputs: Record<string, string>
  /** Conditions that nothing asked for. */
  unused: string[]
}

export const ACCOUNT = '111122223333'
const UUID = '0a1b2c3d-1111-2222-3333-444455556666'

/** Makes the stack in a region. Throws for what CloudFormation would refuse before it makes anything. */
export function makeStack(text: string, region: string): Stack {
  const template = parseTemplate(text)
  const partition = region.startsWith('us-gov-') ? 'aws-us-gov' : region.startsWith('cn-') ? 'aws-cn' : 'aws'
  const pseudo: Record<string, string> = {
    'AWS::Partition': partition,
    'AWS::Region': region,
    'AWS::AccountId': ACCOUNT,
    'AWS::StackName': 'my-stack',
    'AWS::StackId': `arn:${partition}:cloudformation:${region}:${ACCOUNT}:stack/my-stack/${UUID}`,
  }
  const asked = new Set<string>()
  const making: string[] = []
  const made = new Map<string, { type: string; properties: Record<string, unknown> }>()

  function make(id: string): { type: string; properties: Record<string, unknown> } {
    const ready = made.get(id)
    if (ready) return ready
    const resource = template.Resources[id]
    if (!resource) throw new Error(`there is no resource ${id}`)
    if (making.includes(id)) throw new Error([...making, id].join(' needs '))
    making.push(id)
    const properties = resolve(resource.Properties) as Record<string, unknown>
    making.pop()
    const one = { type: resource.Type, properties }
    made.set(id, one)
    return one
  }

  function reference(name: string): string {
    if (pseudo[name] !== undefined) return pseudo[name]
    make(name)
    return idOf(name)
  }

  function idOf(id: string): string {
    const ids: Record<string, string> = {
      'AWS::Cognito::UserPool': `${region}_AbCdEf123`,
      'AWS::Cognito::UserPoolClient': '1example23456789abcdefghij',
      'AWS::Cognito::IdentityPool': `${region}:11111111-2222-3333-4444-555555555555`,
    }
    return ids[template.Resources[id]?.Type ?? ''] ?? `my-stack-${id}`
  }

  function attribute(id: string, name: string): string {
    const { type } = make(id)
    if (!(name in schemaOf(type).attributes)) throw new Error(`${type} has no attribute ${name}`)
    const issuer = `cognito-idp.${region}.amazonaws.com/${idOf(id)}`
    switch (`${type} ${name}`) {
      case 'AWS::Cognito::UserPool ProviderName':
        return issuer
      case 'AWS::Cognito::UserPool ProviderURL':
        return `https://${issuer}`
      case 'AWS::IAM::Role Arn':
        return `arn:${partition}:iam::${ACCOUNT}:role/${idOf(id)}`
      case 'AWS::IAM::OIDCProvider Arn': {
        const url = make(id).properties['Url'] as string
        return `arn:${partition}:iam::${ACCOUNT}:oidc-provider/${url.replace('https://', '')}`
      }
      default:
        throw new Error(`no test needs ${name} of ${type}`)
    }
  }

  function substituted(text: string, variables: Record<string, unknown>): string {
    return text.replaceAll(/\$\{([^}]*)\}/g, (_, name: string) => {
      if (name in variables) return resolve(variables[name]) as string
      const [id = '', attributeName] = name.split('.')
      return attributeName === undefined ? reference(id) : attribute(id, attributeName)
    })
  }

  function isTrue(name: string): boolean {
    if (!(name in template.Conditions)) throw new Error(`there is no condition ${name}`)
    asked.add(name)
    return resolve(template.Conditions[name]) as boolean
  }

  function resolve(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(resolve)
    if (typeof value !== 'object' || value === null) return value
    const [[name, given] = ['', undefined], ...others] = Object.entries(value)
    if (others.length > 0 || !/^(Ref$|Fn::)/.test(name))
      return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, resolve(one)]))
    const list = (Array.isArray(given) ? given : [given, {}]) as [string, never, never]
    switch (name) {
      case 'Ref':
        return reference(list[0])
      case 'Fn::GetAtt':
        return attribute(list[0], list[1])
      case 'Fn::Sub':
        return substituted(list[0], list[1])
      case 'Fn::If':
        return resolve(isTrue(list[0]) ? list[1] : list[2])
      case 'Fn::Equals':
        return resolve(list[0]) === resolve(list[1])
      case 'Fn::Join':
        return (resolve(list[1]) as string[]).join(list[0])
      case 'Fn::Split':
        return (resolve(list[1]) as string).split(list[0])
      case 'Fn::Select':
        return (resolve(list[1]) as string[])[Number(list[0])]
      default:
        throw new Error(`no template of poolkey needs ${name}`)
    }
  }

  for (const id of Object.keys(template.Resources)) make(id)
  const outputs = Object.entries(template.Outputs).map(([name, { Value }]) => [
    name,
    resolve(Value) as string,
  ])
  return {
    resources: Object.fromEntries(made),
    outputs: Object.fromEntries(outputs) as Record<string, string>,
    unused: Object.keys(template.Conditions).filter((name) => !asked.has(name)),
  }
}

/** The text with its functions in their long form; CloudFormation reads YAML 1.1. Throws for what is not YAML, or an unknown tag. */
export function parseTemplate(text: string): Template {
  const tags = ['Ref', 'Sub', 'GetAtt', 'If', 'Equals', 'Join', 'Select', 'Split'].flatMap((name) => {
    const wrap = (value: unknown) => ({
      [name === 'Ref' ? name : `Fn::${name}`]:
        name === 'GetAtt' && typeof value === 'string' ? value.split('.') : value,
    })
    const scalar: ScalarTag = { tag: `!${name}`, resolve: wrap }
    const sequence: CollectionTag = {
      tag: `!${name}`,
      collection: 'seq',
      resolve: (node) => wrap(node.toJSON()),
    }
    return [scalar, sequence]
  })
  const document = parseDocument(text, { version: '1.1', customTags: tags, strict: true, uniqueKeys: true })
  const wrong = [...document.errors, ...document.warnings]
  if (wrong.length > 0) throw new Error(wrong.map(({ message }) => message).join('\n'))
  return document.toJS() as Template
}

const spec = loadAwsServiceSpecSync()

function schemaOf(type: string) {
  return spec.lookup('resource', 'cloudFormationType', 'equals', type).only()
}

/** What the schemas have against the resources of a stack: unknown and missing properties, values of other types. */
export function schemaViolations({ resources }: Stack): string[] {
  return Object.entries(resources).flatMap(([id, { type, properties }]) =>
    violationsOfObject(id, properties, schemaOf(type).properties),
  )
}

type Properties = ReturnType<typeof schemaOf>['properties']
type PropertyType = Properties[string]['type']

function violationsOfObject(where: string, value: Record<string, unknown>, properties: Properties): string[] {
  const missing = Object.entries(properties)
    .filter(([name, { required }]) => required === true && value[name] === undefined)
    .map(([name]) => `${where} lacks ${name}`)
  const wrong = Object.entries(value).flatMap(([name, one]) => {
    const property = properties[name]
    return property ? violations(`${where}.${name}`, one, property.type) : [`${where} has no ${name}`]
  })
  return [...missing, ...wrong]
}

function violations(where: string, value: unknown, type: PropertyType): string[] {
  const other = [`${where} is no ${type.type}: ${JSON.stringify(value)}`]
  switch (type.type) {
    case 'string': {
      if (typeof value !== 'string') return other
      const allowed = 'allowedValues' in type ? type.allowedValues : undefined
      return allowed && !allowed.includes(value) ? [`${where} is none of ${allowed.join(', ')}`] : []
    }
    case 'integer':
      return Number.isInteger(value) ? [] : other
    case 'boolean':
      return typeof value === 'boolean' ? [] : other
    case 'json':
      return typeof value === 'object' ? [] : other
    case 'array':
      if (!Array.isArray(value)) return other
      return value.flatMap((one, index) => violations(`${where}[${index}]`, one, type.element))
    case 'map':
      if (typeof value !== 'object' || value === null) return other
      return Object.entries(value).flatMap(([key, one]) => violations(`${where}.${key}`, one, type.element))
    case 'union': {
      const ways = type.types.map((one) => violations(where, value, one))
      return ways.some((way) => way.length === 0) ? [] : ways.flat()
    }
    case 'ref': {
      if (typeof value !== 'object' || value === null) return other
      const definition = spec.get('typeDefinition', type.reference)
      return violationsOfObject(where, value as Record<string, unknown>, definition.properties)
    }
    case 'date-time':
    case 'null':
    case 'number':
    case 'tag':
      throw new Error(`no template of poolkey needs ${type.type} (${where})`)
  }
}
