import { defineConfig } from 'rolldown'
import { fileURLToPath } from 'node:url'
import parts from './rolldown.config.js'

// What `npm run build:standalone` makes the executable of: the same bundle with another first step. keytar's JavaScript looks for
// its binary while it runs, which nothing can follow into an executable; its binary alone does the same.
const keytar = `node_modules/keytar/prebuilds/${process.platform}-${process.arch}/keytar.node`

const installation = parts.find(({ input }) => 'main' in input)

export default defineConfig({
  ...installation,
  input: { standalone: 'src/standalone.ts' },
  external: /\.node$/,
  resolve: {
    ...installation.resolve,
    alias: { ...installation.resolve.alias, keytar: fileURLToPath(new URL(keytar, import.meta.url)) },
  },
  transform: {
    define: {
      ...installation.transform.define,
      // The executable's parts are nowhere on a disk. Where the bundle was built would stand in it otherwise, and npm `open` would run
      // an xdg-open that lies there.
      'import.meta.url': '""',
    },
  },
  output: { ...installation.output, dir: 'build/bundle' },
})
