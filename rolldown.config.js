import { fileURLToPath } from 'node:url'
import { defineConfig } from 'rolldown'

// CommonJS in lazy chunks: measured on Node 20 it starts in 1.1 of `node -e 0`, ESM chunks in 1.35, one eager file in 4.4.
const output = {
  dir: 'dist',
  format: 'cjs',
  minify: true,
  entryFileNames: '[name].cjs',
  chunkFileNames: '[name]-[hash].cjs',
  // `import()` would load Node's loader of ES modules, for files that need none.
  dynamicImportInCjs: false,
}

// commander can run subcommands that are programs of their own. There are none, and what starts programs takes time to load.
const withoutPrograms = {
  name: 'commander-without-programs',
  resolveId: (source, importer = '') =>
    source === 'node:child_process' && importer.includes('/commander/') ? '\0no-programs' : null,
  load: (id) => (id === '\0no-programs' ? 'export {}' : null),
}

export default defineConfig([
  {
    // The first step and the warm path in one file, as each further one costs: what both sides use is in both.
    input: { main: 'src/main.ts' },
    platform: 'node',
    external: /cli\/program\.ts$/,
    output: {
      ...output,
      cleanDir: true,
      paths: (id) => (id.endsWith('cli/program.ts') ? './program.cjs' : id),
    },
  },
  {
    input: {
      program: 'src/cli/program.ts',
      'keychain-helper': 'src/vault/keychain-helper.ts',
      'open-helper': 'src/sign-in/open-helper.ts',
    },
    platform: 'node',
    plugins: [withoutPrograms],
    // The one package that stays outside: it is native.
    external: ['keytar'],
    resolve: {
      mainFields: ['module', 'main'],
      conditionNames: ['module', 'node', 'import', 'default'],
      // Not only unused but impossible: no client can fall back to a chain that would run this very program again.
      alias: {
        '@aws-sdk/credential-provider-node': fileURLToPath(
          new URL('src/exchange/no-credential-chain.ts', import.meta.url),
        ),
      },
    },
    transform: {
      define: {
        // The SDK warns on stderr about the age of Node; some SDKs parse a credential process's stderr.
        'process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED': '"true"',
      },
    },
    output,
  },
])
