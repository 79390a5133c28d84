/**
 * The only wiring: real parts are made here and passed down as parameters. Besides the first steps (`start`, `warm-start`,
 * `standalone`), `program` and the helpers, nothing else reads the process's environment, arguments or clock.
 */
import type { Broker } from '../broker/broker.ts'
import { isPoolkeyError, PoolkeyError } from '../errors/poolkey-error.ts'
import type { ExchangeClients } from '../exchange/exchange.ts'
import { stateFolderOf } from '../folders.ts'
import type { Http } from '../http/http.ts'
import { monotonicMs } from '../monotonic.ts'
import type { FilesRead } from '../profile/file-identity.ts'
import type { Profile } from '../profile/profile.ts'
import { configFileDoor } from './config-file-door.ts'
import type { CommandContext, GlobalOptions, OwnParts } from './context.ts'
import { credentialsFileDoor } from './credentials-file-door.ts'
import { homeFolderOf } from './home-folder.ts'
import { jobOf } from './job.ts'
import { lazyHttp } from './lazy-http.ts'
import { openTerminal, terminalsOf } from './terminal.ts'
import { vaultDoor } from './vault-door.ts'

// How long a person may take to open the vault.
const PROMPT_SECONDS = 300
const PROBE_SECONDS = 10
// What a refresh begun at the last instant may take, and the shortest waits before it.
const REQUEST_MS = 16_000

/** Makes what the commands stand on. Throws `environment-invalid`. */
export function wire(proc: NodeJS.Process, parts: OwnParts, options: GlobalOptions): CommandContext {
  const { env, platform } = proc
  const homeFolder = () => homeFolderOf(env, platform)
  const stateFolder = () => stateFolderOf({ env, platform, homeFolder })
  refuseUncheckedTls(env)
  const interrupted = listenForInterrupts(proc)
  const now = () => Date.now()
  const noInput = options.input === false || (env['POOLKEY_NO_INPUT'] ?? '') !== ''
  const terminal = openTerminal({
    streams: proc,
    isTerminal: terminalsOf(proc),
    job: jobOf(proc),
    env,
    noInput,
  })

  const isTracing = options.debug === true || (env['POOLKEY_DEBUG'] ?? '') !== ''
  const filesRead: FilesRead = new Map()
  let profileInUse: Profile | undefined
  const keychainHelper = parts.helperCommand('keychain-helper')
  const vault = vaultDoor({ env, platform, terminal, stateFolder, keychainHelper, now, interrupted })
  let measureClock: () => number | undefined = () => undefined
  let pickedName: string | undefined
  const profileName = async () => {
    const { chooseProfileName } = await import('../profile/profile-name.ts')
    return pickedName ?? chooseProfileName({ flag: options.profile, env })
  }
  // Inside of exec, which takes AWS_PROFILE away, the profile is known.
  const isNamed = () =>
    [options.profile, env['AWS_PROFILE'], env['AWS_DEFAULT_PROFILE'], env['INSIDE_POOLKEY']].some(Boolean)
  const pickName = async () => {
    const { readConfigFiles } = await import('../profile/config-files.ts')
    const { pickProfile } = await import('./profile-picker.ts')
    const files = readConfigFiles({ env, homeFolder, sparesCredentials: true })
    pickedName = await pickProfile({ files, terminal, signal: interrupted })
  }
  const openHttp = (profile: Pick<Profile, 'caBundle'>): Http =>
    lazyHttp({
      caBundle: profile.caBundle,
      extraCaCerts: env['NODE_EXTRA_CA_CERTS'],
      env,
      now,
      ...(isTracing
        ? {
            onAnswer: ({ operation, host, outcome, ms }) => {
              terminal.say(`debug: ${operation} at ${host}: ${outcome} in ${ms} ms`)
            },
          }
        : {}),
    })

  return {
    terminal,
    env,
    platform,
    isRoot: proc.getuid?.() === 0,
    parentPid: proc.ppid,
    now,
    interrupted,
    onSignal(signal, listener) {
      proc.on(signal, listener)
      return () => proc.off(signal, listener)
    },
    selfCommand: parts.selfCommand,
    get stateFolder() {
      return stateFolder()
    },
    openHelper: parts.helperCommand('open-helper'),
    filesRead,
    situation: () => ({ profile: profileInUse, clockSkewMs: measureClock() }),
    profileName,
    async readProfile(overrides, how) {
      const { readProfileFromDisk } = await import('../profile/profiles-on-disk.ts')
      const { noteFile } = await import('../profile/file-identity.ts')
      if (how?.neverAsks !== true && terminal.canAsk && !isNamed()) await pickName()
      const name = await profileName()
      const onRead = (path: string) => {
        noteFile(filesRead, path, now())
      }
      try {
        profileInUse = readProfileFromDisk({
          name,
          env,
          homeFolder,
          onRead,
          overrides: overrides ?? {},
          ...how,
        })
      } catch (error) {
        const inside = env['INSIDE_POOLKEY'] ?? ''
        // No name was given: exec takes AWS_PROFILE away, which would outrank the credentials that it sets.
        const isUnnamed = options.profile === undefined && name === 'default'
        if (!isPoolkeyError(error, 'profile-unknown') || !isUnnamed || inside === '') throw error
        throw new PoolkeyError('profile-unknown', { ...error.facts, inside }, { cause: error })
      }
      return profileInUse
    },
    async readOrigins({ name }) {
      const { readConfigFiles } = await import('../profile/config-files.ts')
      const { readOrigins } = await import('../profile/setting-origins.ts')
      return readOrigins({ ...readConfigFiles({ env, homeFolder }), name, env })
    },
    async setProfileKeys(profile, keys) {
      const { editConfigFile } = await import('../profile/config-write.ts')
      const { setKeys } = await import('../profile/config-edit.ts')
      const edit = (text: string) =>
        setKeys(text, { file: profile.file, kind: 'config', profile: profile.name }, keys)
      await editConfigFile(profile.file, edit, interrupted)
    },
    configFile: configFileDoor({ env, homeFolder }, interrupted),
    openHttp,
    credentialsFile: credentialsFileDoor({ env, homeFolder }, interrupted),
    async readAllProfiles() {
      const { readAllProfilesFromDisk } = await import('../profile/profiles-on-disk.ts')
      return readAllProfilesFromDisk({ env, homeFolder, sparesCredentials: true })
    },
    async hasDefaultCredentials() {
      const { readConfigFiles } = await import('../profile/config-files.ts')
      const { hasCredentials } = await import('../profile/profile-list.ts')
      return hasCredentials(readConfigFiles({ env, homeFolder }), 'default')
    },
    async openBroker(asked) {
      // What a person needs to type a passphrase, or to unlock a keychain, is not the command's time.
      const seconds = asked.mayPrompt === true ? PROMPT_SECONDS : asked.seconds
      let begunMs = monotonicMs()
      const end = asked.endsWith ?? interrupted
      const opening = AbortSignal.any([end, deadline(seconds)])
      const openedVault = await vault.open(asked, opening)
      if (asked.mayPrompt === true) begunMs = monotonicMs()
      const signal = asked.mayPrompt === true ? AbortSignal.any([end, deadline(asked.seconds)]) : opening
      if (!openedVault)
        throw new PoolkeyError('sign-in-required', { profile: asked.profile.name, reason: 'none' })
      const http = openHttp(asked.profile)
      const { givenClientSecret } = await import('../broker/given-secret.ts')
      const isMeant = asked.profile.name === (await profileName())
      measureClock = () => http.clockSkewMs()
      const clients = clientsFor(asked.profile, http)
      const broker: Broker = {
        profile: asked.profile,
        vault: openedVault,
        http,
        clients,
        loadAhead: () => void loadAhead(asked.profile, clients).catch(() => undefined),
        // It is one client's: where a command goes through all profiles, it is not sent to the others' pools.
        clientSecret: isMeant ? givenClientSecret(env) : undefined,
        now,
        signal,
        patienceLeftMs: () => asked.seconds * 1000 - REQUEST_MS - (monotonicMs() - begunMs),
        ...(asked.announceWaits === true
          ? {
              onWait: ({ pid }) => {
                terminal.say(`Waiting for another poolkey${pid === undefined ? '' : ` (process ${pid})`} ...`)
              },
            }
          : {}),
      }
      return broker
    },
    openVault: () =>
      vault.open({ mayPrompt: true }, AbortSignal.any([interrupted, deadline(PROMPT_SECONDS)])),
    probeStore: () => vault.probe(AbortSignal.any([interrupted, deadline(PROBE_SECONDS)])),
    moveKey: (asked) => vault.moveKey(asked),
    wipeVault: (isKept) => vault.wipe(isKept),
  }
}

function clientsFor(profile: Profile, http: Http): ExchangeClients {
  const { useFips, useDualstack, sts, cognitoIdentity } = profile.endpoints
  const region = profile.identityPool?.region ?? profile.region
  return {
    async identityPool() {
      const { createIdentityPoolClient } = await import('../exchange/identity-pool.ts')
      return createIdentityPoolClient({ region, endpoint: cognitoIdentity, useFips, useDualstack }, http)
    },
    async securityToken() {
      const { createSecurityTokenClient } = await import('../exchange/security-token.ts')
      return createSecurityTokenClient({ region: profile.region, endpoint: sts, useFips, useDualstack }, http)
    },
  }
}

// What fails here fails again where it is needed, and is told there.
async function loadAhead({ exchange }: Profile, clients: ExchangeClients): Promise<void> {
  await import('../sign-in/id-token.ts')
  if (exchange.kind === 'web-identity') await clients.securityToken()
  else if (exchange.kind !== 'none') await clients.identityPool()
}

function deadline(seconds: number): AbortSignal {
  const controller = new AbortController()
  // It keeps the process alive, lest Node leaves in silence while something is still owed; `runProgram` ends the process.
  setTimeout(() => {
    controller.abort(new PoolkeyError('deadline-exceeded', { waitedFor: 'an answer', seconds }))
  }, seconds * 1000)
  return controller.signal
}

function listenForInterrupts(proc: NodeJS.Process): AbortSignal {
  const controller = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    proc.on(signal, () => {
      controller.abort(new PoolkeyError('interrupted', { signal }))
    })
  }
  return controller.signal
}

/** With certificates unchecked, anybody on the way could read the tokens. */
function refuseUncheckedTls(env: Record<string, string | undefined>): void {
  if (env['NODE_TLS_REJECT_UNAUTHORIZED'] !== '0') return
  throw new PoolkeyError('environment-invalid', {
    variable: 'NODE_TLS_REJECT_UNAUTHORIZED',
    value: '0',
    allowed: '1 or nothing; a private certificate authority goes into AWS_CA_BUNDLE',
  })
}
