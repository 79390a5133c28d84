// Writes what is made from the command tree: completions/ and man/. The tree is TypeScript, so it is built first.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const root = new URL('../', import.meta.url)
const bundle = await rolldown({
  input: fileURLToPath(new URL('src/cli/written-texts.ts', root)),
  platform: 'node',
  logLevel: 'silent',
  // What the commands do is not asked for.
  external: [/\/commands\/[a-z-]+\.ts$/],
})
await bundle.write({ dir: fileURLToPath(new URL('build/texts', root)), entryFileNames: '[name].mjs' })
const { writtenTexts } = await import(new URL('build/texts/written-texts.mjs', root).href)
const { version } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'))
for (const [path, text] of Object.entries(await writtenTexts(version))) {
  const file = fileURLToPath(new URL(path, root))
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}
