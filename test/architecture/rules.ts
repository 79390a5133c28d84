/** The rules of the house (ARCHITECTURE.md), each a function from the files of src to what breaks it. */
import type { Import, SourceFile } from './source-file.ts'

export type Rule = (files: SourceFile[]) => string[]

type Room = string

const GROUND = [
  ...['errors', 'secret', 'http', 'loopback', 'json-object', 'pause', 'monotonic', 'search-path'],
  ...['errno', 'provider-name'],
]
const SIBLINGS = ['profile', 'sign-in', 'exchange', 'vault']

// Which rooms a room may take values from, beside itself. A room that is not here may not exist.
const MAY_USE: Record<Room, string[]> = {
  secret: [],
  errors: ['loopback', 'provider-name'],
  loopback: [],
  pause: [],
  monotonic: [],
  'search-path': [],
  errno: [],
  'provider-name': [],
  'json-object': [],
  folders: ['errors'],
  http: ['errors', 'secret', 'loopback', 'pause', 'json-object'],
  profile: GROUND,
  'sign-in': GROUND,
  exchange: GROUND,
  vault: GROUND,
  broker: ['folders', ...SIBLINGS, ...GROUND],
  outlets: ['profile', 'vault', ...GROUND],
  insight: ['broker', ...SIBLINGS, ...GROUND],
  'warm-path': ['broker', 'vault', 'outlets', 'folders', 'secret'],
  'warm-start': ['warm-path', 'start', 'installation'],
  installation: [],
  // It loads files, whatever is in them.
  'code-cache': [],
  start: ['code-cache', 'folders', 'installation'],
  cli: ['broker', 'outlets', 'insight', 'folders', ...SIBLINGS, ...GROUND],
  // It shares nothing with the rest, so that it does not share its mistakes.
  emulator: [],
  main: ['cli', 'installation'],
  // An installation in one file: the program and its helpers.
  standalone: ['cli', 'warm-path', 'sign-in', 'vault'],
}

const EMULATOR_COMMANDS = ['cli/commands/demo.ts', 'cli/commands/emulate.ts']

/** Rule 1: the rooms and who may stand on whom. */
export const roomsStandOnEachOther: Rule = (files) =>
  files.flatMap((file) => {
    const room = roomOf(file.path)
    const allowed = MAY_USE[room]
    if (allowed === undefined) return [`${file.path} is in no known room`]
    return insideImports(file)
      .filter(({ kind }) => kind !== 'type')
      .map(({ from }) => from)
      .filter((from) => {
        const other = roomOf(from)
        if (other === 'emulator' && EMULATOR_COMMANDS.includes(file.path)) return false
        return other !== room && !allowed.includes(other)
      })
      .map((from) => `${file.path} imports ${from}`)
  })

/** Rule 1, of types: nobody knows the command line or the emulator, the outlets know no sign-in, and the ground only a profile's shape. */
export const typesStayInTheirRooms: Rule = (files) =>
  files.flatMap((file) => {
    const room = roomOf(file.path)
    return insideImports(file)
      .filter(({ kind }) => kind === 'type')
      .map(({ from }) => from)
      .filter((from) => {
        const other = roomOf(from)
        if (other === room || EMULATOR_COMMANDS.includes(file.path)) return false
        if (other === 'emulator') return true
        if (other === 'cli') return room !== 'main'
        if (room === 'outlets' && other === 'sign-in') return true
        if (GROUND.includes(room)) return ![...GROUND, 'profile'].includes(other)
        return room === 'emulator'
      })
      .map((from) => `${file.path} imports the types of ${from}`)
  })

// Each foreign package comes in by one door. Types are free.
const DOORS: Record<string, (path: string) => boolean> = {
  commander: (path) => path.startsWith('cli/'),
  '@aws-sdk/client-cognito-identity': (path) => path === 'exchange/identity-pool.ts',
  '@aws-sdk/client-cognito-identity-provider': (path) => path === 'sign-in/user-pool-api.ts',
  '@aws-sdk/client-sts': (path) => path === 'exchange/security-token.ts',
  keytar: (path) => path === 'vault/keychain-helper.ts',
  open: (path) => path === 'sign-in/open-helper.ts',
  jose: (path) => path === 'sign-in/id-token.ts',
  'https-proxy-agent': (path) => path === 'http/proxy-agent.ts',
  // The version, for `--version`.
  '../package.json': (path) => ['cli/program.ts', 'broker/warm-pointer.ts'].includes(path),
}

/** Rule 2: foreign packages. */
export const packagesHaveOneDoor: Rule = (files) =>
  files.flatMap((file) =>
    file.imports
      .filter(({ from, kind }) => kind !== 'type' && !from.startsWith('node:') && !isInside(from))
      .filter(({ from }) => DOORS[from]?.(file.path) !== true)
      .map(({ from }) => `${file.path} imports ${from}`),
  )

// What a process tells about itself that does not change and is nobody's choice.
const HARMLESS = [
  'process.platform',
  'process.versions',
  'process.execPath',
  'process.getuid',
  'process.pid',
  'process.kill',
  'process.hrtime',
]

// Who may read environment, arguments, standard streams and the clock.
const MAY_TOUCH: Record<string, string> = {
  'main.ts': 'hands the process on',
  'warm-start.ts': 'hands the process on',
  'start.ts': 'hands the process on',
  'standalone.ts': 'hands the process on',
  'cli/wire.ts': 'the wiring: everybody else gets these as arguments',
  'vault/lock-platform.ts': 'the machine as a lock sees it: tests pass others',
  'vault/keychain-helper.ts': 'a program of its own',
  'sign-in/open-helper.ts': 'a program of its own',
  'emulator/emulator.ts': "the clock is an argument; the machine's own is only the default",
}

/** Rule 3: environment, arguments, streams and clock are arguments everywhere but at the edge. */
export const processStaysAtTheEdge: Rule = (files) =>
  files
    .filter(({ path }) => !(path in MAY_TOUCH))
    .flatMap(({ path, touches, imports }) => [
      ...touches.filter((what) => !HARMLESS.includes(what)).map((what) => `${path} uses ${what}`),
      ...imports
        .filter(({ from, kind }) => from === 'node:process' && kind !== 'type')
        .map(() => `${path} imports node:process`),
    ])

// What the warm path may load: enough to open one sealed entry and print it. To grow this list is a decision.
const WARM_PATH_MAY_LOAD = [
  ...['node:fs', 'node:crypto', 'node:path', 'node:util', '../package.json'],
  ...['errno.ts', 'folders.ts', 'json-object.ts', 'secret.ts', 'errors/poolkey-error.ts'],
  'profile/file-identity.ts',
  ...['broker/clock-reading.ts', 'broker/credentials-entry.ts', 'broker/entry-names.ts'],
  ...['broker/freshness.ts', 'broker/json-fields.ts', 'broker/sealed-write.ts', 'broker/warm-pointer.ts'],
  ...['outlets/process-json.ts', 'outlets/write-all.ts'],
  ...['vault/seal.ts', 'vault/entries.ts', 'vault/durable-file.ts', 'vault/state-folder.ts'],
  'vault/vault-file.ts',
]

/** Rule 4: what the warm path loads, with everything that this loads in turn. */
export const warmPathStaysSmall: Rule = (files) =>
  [...eagerlyLoadedBy('warm-path.ts', files)]
    .filter((from) => from !== 'warm-path.ts' && !WARM_PATH_MAY_LOAD.includes(from))
    .map((from) => `warm-path.ts loads ${from}`)

/** Rule 5: each command loads only what it uses: the way to it loads no station and no foreign package but commander. */
export const stationsAreLazy: Rule = (files) => {
  const light = ['cli', 'errors', 'provider-name', 'secret', 'monotonic', 'installation', 'main']
  const onTheWay = [...eagerlyLoadedBy('main.ts', files), ...lazyTargetsOf('main.ts', files)].flatMap(
    (path) => [...eagerlyLoadedBy(path, files)],
  )
  return [...new Set(onTheWay)]
    .filter((from) => {
      // Every command passes the warm path, for which there is a rule of its own.
      if (WARM_PATH_MAY_LOAD.includes(from)) return false
      if (from.startsWith('node:')) return HEAVY_PARTS_OF_NODE.includes(from)
      if (['commander', '../package.json', 'loopback/loopback-host.ts'].includes(from)) return false
      return !isInside(from) || !light.includes(roomOf(from)) || from.startsWith('cli/commands/')
    })
    .map((from) => `${from} is loaded before the command is known`)
}

const HEAVY_PARTS_OF_NODE = [
  ...['node:http', 'node:https', 'node:net', 'node:tls', 'node:child_process', 'node:readline'],
  ...['node:readline/promises', 'node:crypto'],
]

/** Rule 5, of packages: they load when they are needed, not with the station that may need them. A sign-in always verifies. */
export const heavyPackagesAreLazy: Rule = (files) => {
  const heavy = Object.keys(DOORS).filter((name) => /^@aws-sdk|^jose$|^open$|^keytar$/.test(name))
  const isNeeded = (path: string, name: string) => /\/(auto-)?login\.ts$/.test(path) && name === 'jose'
  const commands = files.filter(
    ({ path }) => path.startsWith('cli/commands/') && !EMULATOR_COMMANDS.includes(path),
  )
  return commands.flatMap(({ path }) =>
    [...eagerlyLoadedBy(path, files)]
      .filter((from) => heavy.includes(from) && !isNeeded(path, from))
      .map((from) => `${path} loads ${from} at once`),
  )
}

// Text in, answer out: they decide, and are tested by tables and properties. They reach nothing outside.
const PURE = [
  ...['errno.ts', 'json-object.ts', 'provider-name.ts', 'search-path.ts'],
  ...['http/json-answer.ts', 'http/proxy.ts'],
  ...['loopback/browser-page.ts', 'loopback/loopback-host.ts', 'loopback/loopback-url.ts'],
  ...[
    'cli/command-line/command-line.ts',
    'cli/configure/callback-advice.ts',
    'cli/configure/import-report.ts',
  ],
  ...['cli/configure/pasted-value.ts', 'cli/sign-in/challenge-text.ts'],
  ...['cli/completion/bash.ts', 'cli/completion/completion.ts', 'cli/completion/fish.ts'],
  ...['cli/completion/powershell.ts', 'cli/completion/profile-names-awk.ts', 'cli/completion/shells.ts'],
  ...['cli/completion/values.ts', 'cli/completion/words-of-tree.ts', 'cli/completion/zsh.ts'],
  ...['cli/help/environment-variables.ts', 'cli/help/examples.ts', 'cli/help/man-page.ts'],
  ...['cli/help/page-text.ts', 'cli/help/page.ts', 'cli/help/roff.ts', 'cli/help/security.ts'],
  ...['cli/help/topics.ts', 'cli/help/topic-names.ts'],
  ...[
    'cli/texts/status-format.ts',
    'cli/texts/status-text.ts',
    'cli/command-line/usage-advice.ts',
    'cli/command-line/synonyms.ts',
  ],
  'cli/sign-in/sign-in-text.ts',
  ...['broker/entry-names.ts', 'broker/freshness.ts', 'broker/json-fields.ts', 'cli/texts/words.ts'],
  ...['folders.ts', 'exchange/credentials.ts', 'outlets/process-json.ts', 'outlets/shell.ts'],
  ...['outlets/variables.ts', 'outlets/windows-program.ts'],
  ...['outlets/endpoint-answer.ts', 'outlets/endpoint-request.ts', 'outlets/endpoint-variables.ts'],
  ...['outlets/console.ts', 'outlets/credentials-file.ts', 'outlets/federation-base.ts'],
  'outlets/token-line.ts',
  ...['insight/template.ts', 'insight/template-identity-pool.ts', 'insight/template-names.ts'],
  ...['insight/template-text.ts', 'insight/template-user-pool.ts', 'insight/template-web-identity.ts'],
  ...['insight/trust-policy.ts', 'insight/trust-policy-check.ts', 'insight/trust-policy-condition.ts'],
  ...['insight/trust-policy-check-conditions.ts', 'insight/trust-policy-check-principal.ts'],
  'insight/trust-policy-document.ts',
  'insight/trust-policy-keys.ts',
  ...['insight/config-findings.ts', 'insight/diagnosis.ts', 'insight/finding.ts', 'insight/public-text.ts'],
  ...[
    'insight/public-vocabulary.ts',
    'insight/public-config.ts',
    'insight/public-path.ts',
    'insight/where-set.ts',
  ],
  ...['insight/process-line-findings.ts', 'insight/shadow-findings.ts', 'insight/sign-in-findings.ts'],
  'insight/steps.ts',
  ...['profile/aws-chain.ts', 'profile/config-edit.ts', 'profile/config-text.ts', 'profile/nearest-key.ts'],
  ...[
    'profile/credential-process-line.ts',
    'profile/emulated-sign-in.ts',
    'profile/edit-distance.ts',
    'profile/line-diff.ts',
    'profile/profile-edit.ts',
  ],
  ...[
    'profile/partition.ts',
    'profile/profile-list.ts',
    'profile/parse-profile.ts',
    'profile/profile-name.ts',
  ],
  ...['profile/profile-values.ts', 'profile/service-endpoints.ts', 'profile/setting-types.ts'],
  ...[
    'profile/settings.ts',
    'profile/sign-in-settings.ts',
    'sign-in/authorization.ts',
    'sign-in/authorize-answer.ts',
    'sign-in/callback.ts',
  ],
  ...['insight/chain.ts', 'insight/drawing-style.ts', 'insight/duration-text.ts', 'insight/exchange-hops.ts'],
  ...['insight/hop.ts', 'insight/lifetimes.ts', 'insight/mermaid.ts', 'insight/picture.ts'],
  ...['insight/sign-in-hops.ts', 'insight/text-width.ts', 'insight/time-left.ts'],
  ...['profile/import/amplify.ts', 'profile/import/aws-cli.ts', 'profile/import/callbacks.ts'],
  ...['profile/import/chosen-settings.ts', 'profile/import/imported.ts', 'profile/import/literal.ts'],
  ...['profile/import/literal-document.ts', 'profile/import/output-values.ts'],
  ...['profile/import/sightings.ts', 'profile/import/stack-outputs.ts'],
  ...[
    'sign-in/callback-page.ts',
    'sign-in/challenge-questions.ts',
    'sign-in/claims.ts',
    'sign-in/srp.ts',
    'sign-in/token-answer.ts',
    'vault/seal.ts',
  ],
]
const isPure = (path: string) => PURE.includes(path) || path.startsWith('errors/')

const REACHING_OUT =
  /^node:(fs|net|http|https|http2|tls|dgram|dns|child_process|worker_threads|readline|timers|process|cluster)$/

/** Rule 6: what is pure loads nothing that reaches out, not even by way of others; and says "Pure." only if it is listed. */
export const pureFilesReachNothing: Rule = (files) => [
  ...files
    .filter(({ path }) => isPure(path))
    .flatMap(({ path }) =>
      [...eagerlyLoadedBy(path, files)]
        .filter((from) => REACHING_OUT.test(from))
        .map((from) => `${path} is pure, but loads ${from}`),
    ),
  ...files
    .filter(({ path, text }) => !isPure(path) && /^\/\*\*[^*]*\bPure\./.test(text))
    .map(({ path }) => `${path} says that it is pure: list it`),
]

/** Rule 6, kept current: a file that is gone or renamed must not leave the list guarding nothing. */
export const pureFilesExist: Rule = (files) =>
  PURE.filter((path) => !files.some((file) => file.path === path)).map((path) => `${path} does not exist`)

// Where a Secret's value may be taken out, because there it leaves the process or is sealed.
const MAY_REVEAL: Record<string, string> = {
  'exchange/identity-pool.ts': 'the ID token in a request to the identity pool',
  'exchange/security-token.ts': 'a token in a request to STS; credentials that sign one',
  'sign-in/token-endpoint.ts':
    'code, verifier, refresh token and client secret in a request to the user pool',
  'sign-in/srp.ts': 'the password, of which a proof is made',
  'sign-in/user-pool-api.ts': 'answers, tokens and the client secret in a request to the user pool',
  'sign-in/challenge-answers.ts': "an authenticator app's shared secret, for the person who sets the app up",
  'sign-in/id-token.ts': 'the token whose signature is verified',
  'sign-in/claims.ts': 'the payload of a token, and the hash of an access token',
  'vault/keychain.ts': "the sealing key on its way into the system's keychain",
  'broker/client-secret.ts': "an app client's secret on its way into a sealed entry",
  'broker/session-entry.ts': 'tokens on their way into a sealed entry',
  'broker/credentials-entry.ts': 'credentials on their way into a sealed entry',
  'outlets/process-json.ts': 'the answer of a credential process',
  'outlets/variables.ts': 'the environment of a program or a shell',
  'outlets/endpoint-answer.ts': 'the answer of the endpoint',
  'outlets/endpoint-token.ts': "the endpoint's own token: its digest, and the file it is left in",
  'outlets/endpoint-variables.ts': "the endpoint's own token in the environment of who may use it",
  'outlets/credentials-file.ts': 'credentials on their way into the shared credentials file',
  'outlets/federation.ts': "credentials in a request to the console's federation",
  'outlets/console.ts': "the console's sign-in link, and the token in it",
  'outlets/one-shot-redirect.ts': 'the link that a browser is sent to',
  'outlets/token-line.ts': 'the answer of token',
}
// The vault seals: keys and passphrases are its very business.
const mayReveal = (path: string) => path in MAY_REVEAL || path.startsWith('vault/')

/** Rule 8: secrets come out only where they leave the process. */
export const secretsComeOutOnlyAtTheDoors: Rule = (files) =>
  files
    .filter(({ path, reveals }) => reveals > 0 && path !== 'secret.ts' && !mayReveal(path))
    .map(({ path }) => `${path} reveals a secret`)

const LONGEST = 250

/** A file that outgrows 250 lines has two subjects. */
export const filesHaveOneSubject: Rule = (files) =>
  files.filter(({ lines }) => lines > LONGEST).map(({ path, lines }) => `${path} has ${lines} lines`)

/** No file leads back to itself, not by its types either: what two files need of each other is a third one's. */
export const filesGoInNoCircle: Rule = (files) => {
  const next = new Map(files.map((file) => [file.path, insideImports(file).map(({ from }) => from)]))
  const leadsTo = (goal: string, path: string, seen = new Set<string>()): boolean => {
    if (path === goal) return true
    if (seen.has(path)) return false
    seen.add(path)
    return (next.get(path) ?? []).some((from) => leadsTo(goal, from, seen))
  }
  return [...next].flatMap(([path, imports]) =>
    imports.filter((from) => leadsTo(path, from)).map((from) => `${path} imports ${from}, which leads back`),
  )
}

/** Files are named for what they own, in kebab-case, and export by name. */
export const filesAreNamedForWhatTheyOwn: Rule = (files) => [
  ...files
    .filter(({ path }) => /(^|[/-])(utils?|helpers|common|manager|misc|index)(-|\.|\/)/.test(path))
    .map(({ path }) => `${path} owns nothing in particular`),
  ...files
    .filter(({ path }) => !/^([a-z0-9]+(-[a-z0-9]+)*\/)*[a-z0-9]+(-[a-z0-9]+)*\.ts$/.test(path))
    .map(({ path }) => `${path} is not in kebab-case`),
  ...files.filter(({ exportsDefault }) => exportsDefault).map(({ path }) => `${path} has a default export`),
]

/** The compiler and the linter are never switched off. */
export const checksStayOn: Rule = (files) =>
  files
    .filter(({ text }) => /eslint-disable|@ts-(ignore|expect-error|nocheck)|prettier-ignore/.test(text))
    .map(({ path }) => `${path} switches a check off`)

function roomOf(path: string): Room {
  return path.includes('/') ? path.slice(0, path.indexOf('/')) : path.replace(/\.ts$/, '')
}

function isInside(from: string): boolean {
  return from.endsWith('.ts')
}

function insideImports(file: SourceFile): Import[] {
  return file.imports.filter(({ from }) => isInside(from))
}

/** A file, what it imports as values, what these import, and so on: files of src, and packages. */
function eagerlyLoadedBy(path: string, files: SourceFile[]): Set<string> {
  const byPath = new Map(files.map((file) => [file.path, file]))
  const found = new Set<string>()
  const follow = (one: string): void => {
    if (found.has(one)) return
    const file = byPath.get(one)
    if (file ?? one !== path) found.add(one)
    for (const { from, kind } of file?.imports ?? []) if (kind === 'value') follow(from)
  }
  follow(path)
  return found
}

function lazyTargetsOf(path: string, files: SourceFile[]): string[] {
  const file = files.find((one) => one.path === path)
  return (file?.imports ?? []).filter(({ kind }) => kind === 'lazy').map(({ from }) => from)
}
