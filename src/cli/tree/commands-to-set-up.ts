import { Argument, Option } from 'commander'
import type { CommandTable } from './command-table.ts'
import { COMPLETED_SHELLS } from '../completion/shells.ts'
import { exchangeOption, portOption, portNumbers, storeOption, namesWithCommas } from './option-values.ts'

/** Commands that set poolkey up, and those to try it with. */
export const SET_UP: CommandTable = {
  async configure(command, { isAsked }) {
    const configure = command({
      name: 'configure',
      group: 'Set up:',
      description:
        'write a profile: asks what is missing; import, list, remove; seal a client secret, move the key',
      load: async () => (await import('../commands/configure.ts')).configure,
    })
      .option('--yes', 'write without asking')
      .option('--force', 'write even into a profile with other credential settings, which go')
      .option('--client-secret-stdin', 'read the secret of the app client from stdin and seal it')
      .addOption(storeOption())
      .option('--region <value>', 'Region of the profile (default: that of its pool)')
    if (isAsked) {
      const { settingOptions } = await import('../configure/setting-flags.ts')
      for (const option of settingOptions()) configure.addOption(option)
    }
    command({
      name: 'list',
      group: 'Set up:',
      description: "poolkey's profiles",
      parent: configure,
      load: async () => (await import('../commands/configure-list.ts')).configureList,
    }).option('--json', 'as JSON')
    command({
      name: 'remove [profile]',
      group: 'Set up:',
      description: 'take out of a profile what poolkey put there',
      parent: configure,
      load: async () => (await import('../commands/configure-remove.ts')).configureRemove,
    }).option('--yes', 'without asking')
    command({
      name: 'store <store>',
      group: 'Set up:',
      description: 'move the sealing key, or make a vault for it: keychain, passphrase or file',
      parent: configure,
      load: async () => (await import('../commands/configure-store.ts')).configureStore,
    })
    const imported = command({
      name: 'import <source>',
      group: 'Set up:',
      description: 'write a profile from what a file, an address or - (stdin) says of a user pool',
      parent: configure,
      load: async () => (await import('../commands/configure-import.ts')).configureImport,
    })
      .option('--yes', 'write it without asking')
      .option('--force', 'over a profile with other credential settings, too')
      .option('--region <region>', 'region of the profile (default: that of the pool)')
      .addOption(storeOption())
    // The whole table of settings, which the other commands do not load here.
    if (isAsked)
      for (const option of (await import('../configure/setting-flags.ts')).settingOptions())
        imported.addOption(option)
  },
  doctor(command) {
    command({
      name: 'doctor',
      group: 'Set up:',
      description: 'test every link of the chain for real: which is broken, and what mends it',
      load: async () => (await import('../commands/doctor.ts')).doctor,
    })
      .option('--public', 'without names and ids, to be shown to anybody')
      .option('--json', 'as JSON')
  },
  explain(command) {
    command({
      name: 'explain',
      group: 'Set up:',
      description: 'the chain of a profile as a picture; asks no network',
      load: async () => (await import('../commands/explain.ts')).explain,
    })
      .addOption(new Option('--format <format>', 'what to draw').choices(['text', 'mermaid']).default('text'))
      .addOption(new Option('--json', 'as JSON').conflicts('format'))
  },
  'trust-policy'(command) {
    command({
      name: 'trust-policy',
      group: 'Set up:',
      description: 'the trust policy that the role needs; what is wrong with one',
      load: async () => (await import('../commands/trust-policy.ts')).trustPolicy,
    })
      .option(
        '--check <file>',
        'say what is wrong with a policy, or with the output of aws iam get-role; - for stdin',
      )
      .option('--role <arn>', 'another first role, this once')
      .option('--second-role', 'for the role that is assumed with the first one')
  },
  template(command) {
    command({
      name: 'template',
      group: 'Set up:',
      description: 'CloudFormation for a user pool, an app client and roles',
      load: async () => (await import('../commands/template.ts')).template,
    })
      .addOption(exchangeOption())
      .option('--name-prefix <name>', "name of pools and app client (default: the stack's)")
      .option(
        '--domain-prefix <prefix>',
        "host of the sign-in page, before .auth (default: made from the stack's ID)",
      )
      .option('--ports <ports>', 'ports of the callback URLs (default: 8400,8401)', portNumbers)
      .option(
        '--groups <names>',
        'groups with a role each, the one that goes first in front (default: admin,editor)',
        namesWithCommas,
      )
  },
  completion(command, { addEvery }) {
    command({
      name: 'completion',
      group: 'Set up:',
      description: 'completion script for a shell: bash, zsh, fish or powershell',
      load: async () => (await import('../commands/completion.ts')).completionOf(addEvery),
    }).addArgument(new Argument('<shell>', 'for which shell').choices(COMPLETED_SHELLS))
  },
  demo(command) {
    command({
      name: 'demo',
      group: 'Try:',
      description: 'the whole chain against an embedded Cognito; no AWS account needed',
      load: async () => (await import('../commands/demo.ts')).demo,
    })
  },
  emulate(command) {
    command({
      name: 'emulate',
      group: 'Try:',
      description: 'run an embedded Cognito and STS for offline development',
      load: async () => (await import('../commands/emulate.ts')).emulate,
    })
      .addOption(portOption())
      .option('--user-pool-id <id>', 'be this user pool, such as that of an imported profile')
      .option('--client-id <id>', 'have this app client')
      .option('--identity-pool-id <id>', 'be this identity pool')
  },
  help(command) {
    command({
      name: 'help',
      group: 'Help:',
      description: 'of a command; or exit-codes, environment, settings, security',
      load: async () => (await import('../commands/help.ts')).help,
    }).addArgument(new Argument('<topic>', 'what to tell of'))
  },
}
