import { Option } from 'commander'
import type { CommandTable } from './command-table.ts'
import { storeOption, wholeSeconds } from './option-values.ts'

const NO_DEVICE_CODE = `
Cognito has no device-code flow. On a machine without a browser, forward the
callback port (login prints the ssh line), or paste the URL that the browser
ends at, even if that page does not load.`

// What only a page in a browser can heed.
const BROWSERS_OWN = ['identityProvider', 'idpIdentifier', 'loginHint', 'lang', 'prompt', 'switchAccount']

/** Commands about who is signed in. */
export const SIGN_IN: CommandTable = {
  login(command) {
    command({
      name: 'login',
      group: 'Sign in:',
      description: 'sign in, then prove it by an exchange',
      load: async () => (await import('../commands/login.ts')).login,
    })
      .option('--force', 'sign in anew even if the session still works')
      .option(
        '--no-browser',
        'open no browser: print the URL; the redirected URL can be pasted, too (by itself over SSH, in containers, without a display)',
      )
      .option('--browser <command>', 'command that opens the URL')
      .option('--identity-provider <name>', 'skip the chooser: Google, a SAML name, ...')
      .option('--idp-identifier <id>', 'skip the chooser by an identifier')
      .option('--login-hint <hint>', 'fill in the user name')
      .option('--lang <code>', 'language of the sign-in page')
      .option('--prompt <prompt>', 'login, select_account, consent or none')
      .option(
        '--switch-account',
        "end the browser's session at the user pool first (needs cognito_logout_uri)",
      )
      .addOption(
        new Option('--username <name>', 'sign in with a password, in the terminal').conflicts(BROWSERS_OWN),
      )
      .addOption(new Option('--password-stdin', 'the same, the password piped in').conflicts(BROWSERS_OWN))
      .addOption(storeOption())
      .option('--timeout <seconds>', 'how long to wait for the browser', wholeSeconds, 300)
      .option('--yes', "replace another person's session without asking")
      .addHelpText('after', NO_DEVICE_CODE)
  },
  logout(command) {
    command({
      name: 'logout',
      group: 'Sign in:',
      description: 'revoke and wipe the session and its credentials',
      load: async () => (await import('../commands/logout.ts')).logout,
    })
      .option('--everywhere', 'on every machine; needs the scope aws.cognito.signin.user.admin')
      .option('--web', "end the browser's session at the user pool, too")
      .option('--all', 'every session, client secret, guest identity and the sealing key')
      .option('--keep-client-secrets', 'with --all: keep client secrets, and the key')
      .option('--forget-guest', "drop this guest profile's identity")
  },
  status(command) {
    command({
      name: 'status',
      group: 'Sign in:',
      description: 'who is signed in and what time is left; asks no network',
      load: async () => (await import('../commands/status.ts')).status,
    })
      .addOption(new Option('--all', 'every session in the vault').conflicts(['check', 'format']))
      .option('--check', 'exit 4 unless credentials can be had without a person')
      .addOption(
        new Option('--format <text>', "for prompts, such as '{profile} {left}'; asks nobody").conflicts(
          'json',
        ),
      )
      .option('--json', 'as JSON')
  },
  whoami(command) {
    command({
      name: 'whoami',
      group: 'Sign in:',
      description: 'GetCallerIdentity beside who signed in',
      load: async () => (await import('../commands/whoami.ts')).whoami,
    })
      .option('--role <arn>', 'another role, this once')
      .option('--json', 'as JSON')
  },
  roles(command) {
    const roles = command({
      name: 'roles',
      group: 'Sign in:',
      description: 'roles the token offers, the preferred one, the one in use',
      load: async () => (await import('../commands/roles.ts')).listRoles,
    }).option('--json', 'as JSON')
    command({
      name: 'use <name>',
      group: 'Set up:',
      description: 'write one of them into the profile, by name or ARN',
      parent: roles,
      load: async () => (await import('../commands/roles.ts')).chooseRole,
    })
  },
}
