import { Option } from 'commander'
import type { CommandTable } from '../command-table.ts'
import { portNumber, storeOption } from '../option-values.ts'

/** Commands that set poolkey up, and those to try it with. */
export const SET_UP: CommandTable = {
  configure(command) {
    const configure = command(
      'configure',
      'Set up:',
      "seal an app client's secret; move the sealing key",
      async () => (await import('../commands/configure.ts')).configure,
    )
      .option('--client-secret-stdin', 'read the secret of the app client from stdin and seal it')
      .addOption(storeOption())
    command(
      'store <store>',
      'Set up:',
      'move the sealing key: keychain, passphrase or file',
      async () => (await import('../commands/configure-store.ts')).configureStore,
      configure,
    )
  },
  explain(command) {
    command(
      'explain',
      'Set up:',
      'the chain of a profile as a picture; asks no network',
      async () => (await import('../commands/explain.ts')).explain,
    )
      .addOption(new Option('--format <format>', 'what to draw').choices(['text', 'mermaid']).default('text'))
      .addOption(new Option('--json', 'as JSON').conflicts('format'))
  },
  demo(command) {
    command(
      'demo',
      'Try:',
      'the whole chain against an embedded Cognito; no AWS account needed',
      async () => (await import('../commands/demo.ts')).demo,
    )
  },
  emulate(command) {
    command(
      'emulate',
      'Try:',
      'run an embedded Cognito and STS for offline development',
      async () => (await import('../commands/emulate.ts')).emulate,
    ).option('--port <port>', 'port on loopback (default: any free one)', portNumber)
  },
}
