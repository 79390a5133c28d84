import { fileURLToPath } from 'node:url'
import parts from '../rolldown.config.js'
import { RUNTIME_NOTE } from './runtimes.mjs'
import { thirdPartyLicenses } from './third-party-licenses.mjs'

const installation = parts.find(({ input }) => 'main' in input)
const fileOf = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url))

/**
 * What `scripts/build-executables.mjs` makes an executable of: the same bundle with another first step. keytar's JavaScript looks
 * for its binary while it runs, which nothing can follow into an executable; its binary alone does the same.
 */
export function standaloneBundle(target, licenses) {
  const native = { folders: ['keytar', 'node-addon-api'].map((name) => fileOf(`node_modules/${name}`)) }
  return {
    ...installation,
    input: { standalone: 'src/standalone.ts' },
    plugins: [
      ...installation.plugins.filter(({ name }) => name !== 'third-party-licenses'),
      thirdPartyLicenses(licenses, { ...native, notes: [RUNTIME_NOTE] }),
    ],
    external: /\.node$/,
    resolve: {
      ...installation.resolve,
      alias: {
        ...installation.resolve.alias,
        keytar: fileOf(`node_modules/keytar/prebuilds/${target}/keytar.node`),
      },
    },
    transform: {
      define: {
        ...installation.transform.define,
        // The executable's parts are nowhere on a disk. Where the bundle was built would stand in it otherwise, and npm `open` would
        // run an xdg-open that lies there.
        'import.meta.url': '""',
      },
    },
    output: { ...installation.output, cleanDir: true },
  }
}
