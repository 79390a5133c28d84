/**
 * The only wiring: real parts are made here and passed down as parameters. Besides the first steps (`start`, `warm-start`,
 * `standalone`), `program` and the helpers, nothing else reads the process's environment, arguments or clock.
 */
import { PoolkeyError } from '../errors/poolkey-error.ts'
import { stateFolderOf } from '../folders.ts'
import type { CommandContext, GlobalOptions, OwnPrograms, Surroundings } from './context.ts'
import { brokerDoor } from './doors/broker-door.ts'
import { configFileDoor } from './doors/config-file-door.ts'
import { credentialsFileDoor } from './doors/credentials-file-door.ts'
import { homeFolderOf } from './doors/home-folder.ts'
import { meantProfile } from './doors/meant-profile.ts'
import { networkDoor } from './doors/network-door.ts'
import { profileDoor } from './doors/profile-door.ts'
import { vaultDoor } from './doors/vault-door.ts'
import { jobOf } from './terminal/job.ts'
import { openTerminal, terminalsOf } from './terminal/terminal.ts'

/** Makes what the commands stand on. Throws `environment-invalid`. */
export function wire(proc: NodeJS.Process, programs: OwnPrograms, options: GlobalOptions): CommandContext {
  const surroundings = readSurroundings(proc, programs)
  const { env, platform, now, interrupted } = surroundings
  const terminal = openTerminal({
    streams: proc,
    isTerminal: terminalsOf(proc),
    job: jobOf(proc),
    env,
    noInput: options.input === false || isSet(env['POOLKEY_NO_INPUT']),
  })
  const isTracing = options.debug === true || isSet(env['POOLKEY_DEBUG'])
  const say = (line: string) => {
    terminal.say(line)
  }
  const openHttp = networkDoor({ env, now, trace: isTracing ? say : undefined })

  const homeFolder = () => homeFolderOf(env, platform)
  const stateFolder = () => stateFolderOf({ env, platform, homeFolder })
  const files = { env, homeFolder }
  const meant = meantProfile({ flag: options.profile, files, terminal, signal: interrupted })
  const profiles = profileDoor({ files, meant, now, signal: interrupted })
  const keychainHelper = programs.helperCommand('keychain-helper')
  const vault = vaultDoor({ env, platform, terminal, stateFolder, keychainHelper, now, interrupted })
  const broker = brokerDoor({ env, now, terminal, vault, openHttp, meant, interrupted })
  return {
    ...surroundings,
    terminal,
    profiles,
    configFile: configFileDoor(files, interrupted),
    credentialsFile: credentialsFileDoor(files, interrupted),
    vault,
    openHttp,
    openBroker: broker.open,
    situation: () => ({ profile: profiles.lastRead(), clockSkewMs: broker.clockSkewMs() }),
  }
}

function readSurroundings(proc: NodeJS.Process, { selfCommand, helperCommand }: OwnPrograms): Surroundings {
  return {
    env: proc.env,
    platform: proc.platform,
    isRoot: proc.getuid?.() === 0,
    parentPid: proc.ppid,
    now: () => Date.now(),
    interrupted: listenForInterrupts(proc),
    onSignal(signal, listener) {
      proc.on(signal, listener)
      return () => proc.off(signal, listener)
    },
    selfCommand,
    openHelper: helperCommand('open-helper'),
  }
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

function isSet(variable: string | undefined): boolean {
  return variable !== undefined && variable !== ''
}
