import type { CommandTable } from '../command-table.ts'
import { portNumber, storeOption } from '../option-values.ts'

/** Commands that set poolkey up, and those to try it with. */
export const SET_UP: CommandTable = {
  async configure(command, isAsked) {
    const configure = command(
      'configure',
      'Set up:',
      "import a profile; seal an app client's secret; move the sealing key",
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
    const imported = command(
      'import <source>',
      'Set up:',
      'write a profile from what a file, an address or - (stdin) says of a user pool',
      async () => (await import('../commands/configure-import.ts')).configureImport,
      configure,
    )
      .option('--yes', 'write it without asking')
      .option('--force', 'over a profile with other credential settings, too')
      .option('--region <region>', 'region of the profile (default: that of the pool)')
      .addOption(storeOption())
    // The whole table of settings, which the other commands do not load here.
    if (isAsked)
      for (const option of (await import('../setting-flags.ts')).settingOptions()) imported.addOption(option)
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
