import type { CommandTable } from '../command-table.ts'
import { portNumber, storeOption } from '../option-values.ts'

/** Commands that set poolkey up, and those to try it with. */
export const SET_UP: CommandTable = {
  async configure(command, isAsked) {
    const configure = command(
      'configure',
      'Set up:',
      'write a profile: asks what is missing; list, remove; seal a client secret, move the key',
      async () => (await import('../commands/configure.ts')).configure,
    )
      .option('--yes', 'write without asking')
      .option('--force', 'write even into a profile with other credential settings, which go')
      .option('--client-secret-stdin', 'read the secret of the app client from stdin and seal it')
      .addOption(storeOption())
      .option('--region <value>', 'Region of the profile (default: that of its pool)')
    if (isAsked) {
      const { settingOptions } = await import('../setting-flags.ts')
      for (const option of settingOptions()) configure.addOption(option)
    }
    command(
      'list',
      'Set up:',
      "poolkey's profiles",
      async () => (await import('../commands/configure-list.ts')).configureList,
      configure,
    ).option('--json', 'as JSON')
    command(
      'remove [name]',
      'Set up:',
      'take out of a profile what poolkey put there',
      async () => (await import('../commands/configure-remove.ts')).configureRemove,
      configure,
    ).option('--yes', 'without asking')
    command(
      'store <store>',
      'Set up:',
      'move the sealing key: keychain, passphrase or file',
      async () => (await import('../commands/configure-store.ts')).configureStore,
      configure,
    )
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
