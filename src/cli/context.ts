/** What a command stands on: the terminal, the profile, the broker. Made by the wiring, once a run. */
import type { Broker, Vault } from '../broker/broker.ts'
import type { Http } from '../http/http.ts'
import type { FilesRead } from '../profile/file-identity.ts'
import type { Profile } from '../profile/profile.ts'
import type { ProfileOrigins } from '../profile/setting-origins.ts'
import type { MovedKey } from '../vault/move-key.ts'
import type { Store } from '../vault/vault-file.ts'
import type { ConfigFile } from './doors/config-file-door.ts'
import type { CredentialsFile } from './doors/credentials-file-door.ts'
import type { Situation } from './failure.ts'
import type { Terminal } from './terminal.ts'

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

/** `cognito_*` keys given as flags, which outrank the profile. */
export type Overrides = Record<string, string>

/** How a profile is read: as `CommandContext.readProfile` says. */
export interface ReadProfileOptions {
  sparesCredentials?: boolean
  neverAsks?: boolean
}

/** For which profile a broker is opened, how long it may take, and who may be asked. */
export interface OpenBrokerOptions {
  profile: Profile
  /** Seconds for everything this command waits for. */
  seconds: number
  /** Makes the vault where there is none; else `sign-in-required`. */
  create?: boolean
  /** The store asked for with `--store`. */
  store?: Store
  /** A person may be asked: for the passphrase, or by the keychain, whose prompt may take a minute. */
  mayPrompt?: boolean
  /** What ends it in place of SIGINT, SIGTERM and SIGHUP, where the command answers those in its own way. */
  endsWith?: AbortSignal
  /** Says on the terminal when another process is being waited for. */
  announceWaits?: boolean
}

/** How this installation starts its own programs: a package runs Node with files, the standalone executable itself. */
export interface OwnParts {
  /** Absolute words that run this very program again. */
  selfCommand: string[]
  /** The words that run a helper. */
  helperCommand: (name: 'keychain-helper' | 'open-helper') => string[]
}

/** All that a command is given; each function loads what it needs when it is called. */
export interface CommandContext {
  terminal: Terminal
  env: Record<string, string | undefined>
  platform: NodeJS.Platform
  isRoot: boolean
  /** The process that runs this one. */
  parentPid: number
  now: () => number
  /** Aborts with `interrupted` on SIGINT, SIGTERM and SIGHUP. */
  interrupted: AbortSignal
  /** Calls `listener` for each such signal that this process gets, which then does nothing else; returns what ends that. */
  onSignal: (signal: NodeJS.Signals, listener: () => void) => () => void
  /** Absolute words that run this very program again. */
  selfCommand: string[]
  stateFolder: string
  /** Absolute words that run the program that opens the system's browser. */
  openHelper: string[]
  /** What an error is explained with: the profile last read, and the clock as it was last measured. */
  situation(): Situation
  /** The name of the profile that is meant, whether it exists or not. Throws `usage`. */
  profileName(): Promise<string>
  /** The door to the network as a profile has it. */
  openHttp(profile: Pick<Profile, 'caBundle'>): Http
  /**
   * The profile that is meant; where none is named, a person may be asked which, unless `neverAsks`. `sparesCredentials`: also
   * when the credentials file makes no sense.
   */
  readProfile(overrides?: Overrides, how?: ReadProfileOptions): Promise<Profile>
  /** Where the values of a profile that was read come from. */
  readOrigins(profile: Profile): Promise<ProfileOrigins>
  /** The files that the profile was read from. */
  filesRead: FilesRead
  /** Edits keys of a profile in the configuration file, in place. */
  setProfileKeys(profile: Profile, keys: Record<string, string>): Promise<void>
  /** The configuration file. */
  configFile: ConfigFile
  /** The shared credentials file. */
  credentialsFile: CredentialsFile
  /** Every poolkey profile of the configuration that can be read, whatever is in the credentials file. */
  readAllProfiles(): Promise<Profile[]>
  /** Whether AWS tools that are told no profile find credentials in the files all the same. */
  hasDefaultCredentials(): Promise<boolean>
  openBroker(options: OpenBrokerOptions): Promise<Broker>
  /** The vault without a profile; undefined where there is none yet. */
  openVault(): Promise<Vault | undefined>
  /** The store that a new vault would have. Throws what keeps its key from being kept there, such as `keychain-unavailable`. */
  probeStore(): Promise<Store>
  /** Moves the sealing key; `isChanging` asks for a new passphrase where it is under one already. */
  moveKey(asked: { to: Store; isChanging: boolean }): Promise<MovedKey>
  /**
   * Removes every entry, the key and the vault; what could not be removed is returned. Entries that are to be kept keep
   * the key.
   */
  wipeVault(isKept?: (entry: string) => boolean): Promise<string[]>
}
