/**
 * Outputs of stacks, whose names everybody chooses: CloudFormation, SAM, CDK, Terraform, OpenTofu, Pulumi, SST. Values are
 * known by what they look like, names only help to choose. Pure.
 */
import { isObject, leavesOf, valueAt } from './literal.ts'
import type { Leaf, Literal, LiteralObject } from './literal.ts'
import { subjectOf } from './output-values.ts'
import type { Family, Reading } from './sightings.ts'

/** Reads any document as outputs: the reader for what no other one knows. */
export function readStackOutputs(document: LiteralObject): Reading {
  const { format, family, leaves } = outputsOf(document)
  const seen = leaves.flatMap((leaf) => subjectOf(leaf))
  // An ID without a telling name counts only where none has one.
  const isSure = (subject: string) => seen.some((one) => one.subject === subject && one.isNamed)
  const sightings = seen
    .filter(({ subject, isNamed }) => isNamed || !isSure(subject))
    .map(({ subject, value, where }) => ({ subject, value, where }))
  return { format, family, sightings, notes: [] }
}

interface Outputs {
  format: string
  family: Family
  leaves: Leaf[]
}

function outputsOf(document: LiteralObject): Outputs {
  const stacks = document.get('Stacks')
  if (Array.isArray(stacks)) {
    const leaves = stacks.flatMap((stack, index) =>
      namedOutputs(valueAt(stack, 'Outputs'), `Stacks[${index}].Outputs.`),
    )
    return { format: 'CloudFormation stack outputs (describe-stacks)', family: 'cloudformation', leaves }
  }
  const listed = document.get('Outputs')
  if (Array.isArray(listed)) {
    const leaves = namedOutputs(listed, '')
    return { format: 'stack outputs (OutputKey, OutputValue)', family: 'cloudformation', leaves }
  }
  const members = [...document.values()]
  const isOfEach = (test: (member: LiteralObject) => boolean) =>
    members.length > 0 && members.every((member) => isObject(member) && test(member))
  if (isOfEach((member) => member.has('value') && member.has('sensitive'))) {
    const leaves = [...document].flatMap(([name, member]) =>
      leavesOf(valueAt(member, 'value') ?? null, {
        where: name,
        names: valueAt(member, 'sensitive') === true ? ['sensitive', name] : [name],
      }),
    )
    return { format: 'Terraform or OpenTofu outputs (output -json)', family: 'terraform', leaves }
  }
  const leaves = leavesOf(document)
  return isOfEach((member) => [...member.values()].every((value) => !isObject(value)))
    ? { format: 'CDK outputs (--outputs-file)', family: 'cdk', leaves }
    : { format: 'outputs (Pulumi, SST or others)', family: 'other', leaves }
}

function namedOutputs(outputs: Literal | undefined, where: string): Leaf[] {
  if (!Array.isArray(outputs)) return []
  return outputs.flatMap((output) => {
    const name = valueAt(output, 'OutputKey')
    const value = valueAt(output, 'OutputValue')
    return typeof name === 'string' && typeof value === 'string'
      ? [{ value, where: where + name, names: [name] }]
      : []
  })
}
