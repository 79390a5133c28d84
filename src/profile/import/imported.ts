/** From a text to the settings in it: which format it is, what stands where, what is missing, doubtful or left out. Pure. */
import { PoolkeyError } from '../../errors/poolkey-error.ts'
import type { Secret } from '../../secret.ts'
import { AMPLIFY_READERS } from './amplify.ts'
import { AWS_CLI_READERS } from './aws-cli.ts'
import { chooseCallbacks } from './callbacks.ts'
import type { Callbacks } from './callbacks.ts'
import { chooseSettings } from './chosen-settings.ts'
import type { Found, ImportedKey } from './chosen-settings.ts'
import type { LiteralObject } from './literal.ts'
import { parseDocuments } from './literal-document.ts'
import type { Family, Reading } from './sightings.ts'
import { readStackOutputs } from './stack-outputs.ts'

const MOST_NOTES = 20

/** What a file says, ready to be written into a profile. */
export interface Imported {
  /** The formats in words, one for each document. */
  formats: string[]
  family: Family
  settings: Map<ImportedKey, Found>
  /** Keys for which several values stand there. */
  ambiguous: Map<ImportedKey, Found[]>
  callbacks: Callbacks
  clientSecret: { secret: Secret; where: string } | undefined
  notes: string[]
}

/** Reads the text of a file to import. Throws `import-unusable`; `source` is for errors. */
export function parseImport(text: string, source: string): Imported {
  const readings = parseDocuments(text, source).map(readDocument)
  const sightings = readings.flatMap((reading) => reading.sightings)
  if (sightings.length === 0) {
    throw new PoolkeyError('import-unusable', {
      source,
      problem: 'there is no user pool, app client or identity pool in it',
    })
  }
  const callbacks = chooseCallbacks(sightings)
  const { settings, ambiguous, clientSecret, notes } = chooseSettings(sightings)
  const [first = 'other'] = readings.map(({ family }) => family)
  return {
    formats: [...new Set(readings.map(({ format }) => format))],
    family: first,
    settings: new Map([...settings, ...callbacks.settings]),
    ambiguous,
    callbacks,
    clientSecret,
    notes: [...new Set([...notes, ...readings.flatMap((reading) => reading.notes)])].slice(0, MOST_NOTES),
  }
}

function readDocument(document: LiteralObject): Reading {
  for (const read of [...AMPLIFY_READERS, ...AWS_CLI_READERS]) {
    const reading = read(document)
    if (reading) return reading
  }
  return readStackOutputs(document)
}
