/** What the parts of a template are made of. Pure. */

/** What the stack is to hold. Names have been checked. */
export interface TemplateOptions {
  exchange: 'enhanced' | 'web-identity'
  /** Undefined: the stack's name. */
  namePrefix: string | undefined
  /** Undefined: made from the stack's ID, which nobody else has. */
  domainPrefix: string | undefined
  /** Of the callback and sign-out URLs on loopback. */
  ports: number[]
  /** The foremost first; none where the exchange sees no groups. */
  groups: TemplateGroup[]
}

/** A group, and the logical ID that its resources begin with. */
export interface TemplateGroup {
  name: string
  id: string
}

/** What one part of the stack adds to the template, indented as it stands there. */
export interface TemplateParts {
  conditions: string
  resources: string
  outputs: string
}

/** An output: a name and CloudFormation's expression for its value. */
export function output(name: string, value: string): string {
  return `  ${name}:\n    Value: ${value}\n`
}

/** Indents every line of a text. */
export function indented(text: string, spaces: number): string {
  return text.replaceAll(/^(?=.)/gm, ' '.repeat(spaces))
}
