import { fileURLToPath } from 'node:url'
import { defineConfig } from 'rolldown'
import { thirdPartyLicenses } from './scripts/third-party-licenses.mjs'

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

// A file more costs as much as some ten kilobytes more in one that is read anyway. So what every command with a profile needs is
// together, and what few need stays apart.
const RARE = [
  ...['config-edit', 'config-lock', 'config-write', 'sign-out', 'move-key', 'wipe-vault', 'passphrase-key'],
  ...[
    'keychain',
    'keychain-helper',
    'key-at-service',
    'secret-service.*',
    'dbus-message',
    'bus-conversation',
    'keyring-look.*',
    'session-bus-address',
    'standing-credentials',
    'access-token',
    'profile-edit',
    'line-diff',
    'credential-process-line',
    'setting-origins',
  ],
].join('|')
const groups = [
  {
    name: 'network',
    test: /src\/(?:http\/(?!proxy-agent|sdk-)|sign-in\/token-endpoint)/,
  },
  {
    name: 'ground',
    priority: 1,
    test: /poolkey\/package\.json|\/package.json$|src\/(?:errors\/|secret|folders|json-object|loopback\/loopback-host|pause|monotonic|errno|provider-name|outlets\/write-all|cli\/texts\/words)/,
  },
  // The parser is also what completions are made from, and would be a file of its own.
  { name: 'program', priority: 0.5, test: /\/commander\/|src\/cli\/program\.ts/ },
  {
    name: 'profile-and-vault',
    test: new RegExp(
      String.raw`src/(?:(?:broker|profile|vault)/(?!(?:${RARE})\.ts)|outlets/process-json|exchange/exchange|cli/commands/(?:status|credential-process)|cli/credentials/credentials-profile)`,
    ),
  },
]

const fileOf = (path) => fileURLToPath(new URL(path, import.meta.url))

// First steps: each one file, whatever is in others, too.
const firstStep = (name, next) => ({
  input: { [name]: `src/${name}.ts` },
  platform: 'node',
  external: next && new RegExp(String.raw`/${next}\.ts$`),
  output: {
    ...output,
    // The first of all clears the folder.
    cleanDir: next !== undefined,
    paths: (id) => (next && id.endsWith(`/${next}.ts`) ? `./${next}.cjs` : id),
  },
})

export default defineConfig([
  firstStep('warm-start', 'start'),
  firstStep('start'),
  {
    input: {
      main: 'src/main.ts',
      'keychain-helper': 'src/vault/keychain-helper.ts',
      'open-helper': 'src/sign-in/open-helper.ts',
    },
    platform: 'node',
    plugins: [withoutPrograms, thirdPartyLicenses(fileOf('THIRD_PARTY_LICENSES'))],
    // The one package that stays outside: it is native.
    external: ['keytar'],
    resolve: {
      mainFields: ['module', 'main'],
      conditionNames: ['module', 'node', 'import', 'default'],
      // Not only unused but impossible: no client can fall back to a chain that would run this very program again, or to a way
      // to the network that is not our door.
      alias: {
        '@aws-sdk/credential-provider-node': fileOf('src/exchange/no-credential-chain.ts'),
        '@smithy/node-http-handler': fileOf('src/exchange/no-other-door.ts'),
      },
    },
    transform: {
      define: {
        // The SDK warns on stderr about the age of Node; some SDKs parse a credential process's stderr.
        'process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED': '"true"',
      },
    },
    output: { ...output, codeSplitting: { groups } },
  },
])
