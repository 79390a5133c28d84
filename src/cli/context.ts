/** What a command stands on. Made by the wiring, once a run; commands and dialogs say which of it they need. */
import type { ConfigFile } from './doors/config-file-door.ts'
import type { CredentialsFile } from './doors/credentials-file-door.ts'
import type { BrokerDoor } from './doors/broker-door.ts'
import type { OpenHttp } from './doors/network-door.ts'
import type { ProfileDoor } from './doors/profile-door.ts'
import type { VaultDoor } from './doors/vault-door.ts'
import type { Situation } from './texts/failure.ts'
import type { Terminal } from './terminal/terminal.ts'

/** Options every command takes. */
export interface GlobalOptions {
  profile?: string
  debug?: boolean
  /** commander's form of `--no-input`. */
  input?: boolean
  /** What follows `--`, as it stands, of the one command that hands it on. */
  handedOn?: string[]
  /** The words after the command, up to that `--`, as they were typed. */
  typed?: string[]
}

/** How this installation starts its own programs: a package runs Node with files, the standalone executable itself. */
export interface OwnPrograms {
  /** Absolute words that run this very program again. */
  selfCommand: string[]
  /** The words that run a helper. */
  helperCommand: (name: 'keychain-helper' | 'open-helper') => string[]
}

/** What the process tells of itself and of where it runs. */
export interface Surroundings {
  env: Record<string, string | undefined>
  platform: NodeJS.Platform
  isRoot: boolean
  /** The process that runs this one. */
  parentPid: number
  /** Milliseconds of this machine's clock. */
  now: () => number
  /** Aborts with `interrupted` on SIGINT, SIGTERM and SIGHUP. */
  interrupted: AbortSignal
  /** Calls `listener` for each such signal that this process gets, which then does nothing else; returns what ends that. */
  onSignal: (signal: NodeJS.Signals, listener: () => void) => () => void
  /** Absolute words that run this very program again. */
  selfCommand: string[]
  /** Absolute words that run the program that opens the system's browser. */
  openHelper: string[]
}

/** All that there is for a command: each door loads what it needs when it is used. */
export interface CommandContext extends Surroundings {
  terminal: Terminal
  profiles: ProfileDoor
  configFile: ConfigFile
  credentialsFile: CredentialsFile
  vault: VaultDoor
  openHttp: OpenHttp
  openBroker: BrokerDoor['open']
  /** What an error is explained with: the profile last read, and the clock as it was last measured. */
  situation: () => Situation
}

/** What a command, or a part of one, says it needs of that. */
export type Needs<Member extends keyof CommandContext> = Pick<CommandContext, Member>
