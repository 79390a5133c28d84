/** Every variable that poolkey reads, for the help. Pure. */
import type { Block } from './page.ts'

const term = (name: string, meaning: string) => ({ term: name, meaning })

/** In groups, the one most asked for first. */
export const ENVIRONMENT_VARIABLES: Block[] = [
  {
    heading: 'Which profile, and where it stands',
    terms: [
      term('AWS_PROFILE', 'the profile, where --profile names none'),
      term('AWS_DEFAULT_PROFILE', 'the profile, where AWS_PROFILE names none either'),
      term('AWS_CONFIG_FILE', 'the config file (default: ~/.aws/config)'),
      term('AWS_SHARED_CREDENTIALS_FILE', 'the shared credentials file (default: ~/.aws/credentials)'),
    ],
  },
  {
    heading: "poolkey's own",
    terms: [
      term('POOLKEY_HOME', 'the state folder, an absolute path'),
      term(
        'POOLKEY_STORE',
        'where the sealing key lives, when the vault is made: keychain, passphrase or file',
      ),
      term('POOLKEY_PASSPHRASE', 'the passphrase of the store of that name'),
      term('POOLKEY_PASSPHRASE_FILE', 'a file that holds the passphrase'),
      term('POOLKEY_CLIENT_SECRET', "the app client's secret; outranks a sealed one"),
      term('POOLKEY_NO_INPUT', 'if not empty: never ask, as --no-input'),
      term('POOLKEY_DEBUG', 'if not empty: trace requests on stderr, as --debug'),
      term(
        'POOLKEY_SIGNIN_ENDPOINT',
        "base URL in place of AWS's console sign-in, loopback only, to try console offline",
      ),
      term('INSIDE_POOLKEY', 'set by exec: the profile, by which poolkey knows that it runs within'),
    ],
  },
  {
    heading: 'AWS services',
    terms: [
      term('AWS_REGION', "region for STS; a pool's region is in its ID"),
      term('AWS_DEFAULT_REGION', 'the same, where AWS_REGION is not set'),
      term('AWS_ENDPOINT_URL', 'endpoint in place of those of all services: https, or loopback'),
      term('AWS_ENDPOINT_URL_STS', 'endpoint of STS'),
      term('AWS_ENDPOINT_URL_COGNITO_IDENTITY', 'endpoint of the identity pool'),
      term('AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER', 'endpoint of the user pool'),
      term('AWS_IGNORE_CONFIGURED_ENDPOINT_URLS', 'true: none of these, nor those of the profile'),
      term('AWS_USE_FIPS_ENDPOINT', 'true: FIPS endpoints'),
      term('AWS_USE_DUALSTACK_ENDPOINT', 'true: endpoints with IPv6'),
    ],
  },
  {
    heading: 'Network, for every request but those to loopback',
    terms: [
      term('HTTPS_PROXY', 'the proxy for https, also in lower case'),
      term('HTTP_PROXY', 'the proxy for http, also in lower case'),
      term('NO_PROXY', 'hosts that are asked without one, with commas between; * for all'),
      term('AWS_CA_BUNDLE', 'file of the certificate authorities to trust'),
      term('NODE_EXTRA_CA_CERTS', 'file of more authorities'),
      term('NODE_TLS_REJECT_UNAUTHORIZED', 'refused where it is 0 (exit 3)'),
    ],
  },
  {
    heading: 'Programs',
    terms: [
      term('BROWSER', "command that opens a URL (default: the system's browser)"),
      term('SHELL', 'what exec runs where it is given no command; on Windows ComSpec'),
      term('PATH', 'where exec looks for programs'),
    ],
  },
  {
    heading: 'What is shown',
    terms: [
      term('NO_COLOR', 'if not empty: no colours'),
      term('FORCE_COLOR', 'colours also where no terminal shows them; 0: none'),
      term('TERM', 'dumb: no colours, no line that is drawn anew'),
      term('COLUMNS', 'width of what is drawn where no terminal shows it (default: 80)'),
      term('LC_ALL, LC_CTYPE, LANG', 'frames and bars are drawn in ASCII unless they name UTF-8'),
    ],
  },
  {
    heading: 'The machine',
    terms: [
      term('HOME', 'the home folder; on Windows USERPROFILE'),
      term('XDG_STATE_HOME', "the state folder's place on Linux (default: ~/.local/state)"),
      term('LOCALAPPDATA', "the state folder's place on Windows"),
      term('DBUS_SESSION_BUS_ADDRESS', 'where the Secret Service is asked on Linux'),
      term('XDG_RUNTIME_DIR', 'where its bus is, if that is not set'),
      term('DISPLAY, WAYLAND_DISPLAY', 'without one of them Linux has no browser'),
      term('SSH_CONNECTION, SSH_TTY', 'with one of them no browser is opened unless BROWSER is set'),
      term('CODESPACES, CODESPACE_NAME', 'in a codespace neither; its name is in the way back that is told'),
      term('container, KUBERNETES_SERVICE_HOST', 'in a container neither'),
      term('TOOLBOX_PATH, DISTROBOX_ENTER_PATH', "in these containers it is as on the person's own machine"),
      term('WSL_DISTRO_NAME', 'Windows opens the browser'),
      term('NODE_OPTIONS', "Node's own; compiled code is kept for each"),
      term('USER, LOGNAME, USERNAME', 'what doctor --public leaves out'),
    ],
  },
]
