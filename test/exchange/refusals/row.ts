import type { Emulator, EmulatorOptions } from '../../../src/emulator/emulator.ts'
import type { Forgery } from '../../../src/emulator/forgery.ts'
import type { Profile } from '../../../src/profile/profile.ts'
import type { Documented } from './documented.ts'

/** A mistake, the refusal that comes of it, and what the person is told. `<...>` stands for what differs from run to run. */
export interface Row {
  mistake: string
  covers: Documented[]
  /** How the emulator starts. */
  emulator?: EmulatorOptions
  /** Keys of the profile. */
  keys?: (emulator: Emulator) => Record<string, string>
  /** What is false about the ID token. */
  forge?: Forgery
  /** What is wrong before anybody signs in. */
  spoil?: (emulator: Emulator) => unknown
  /** What happens between the sign-in and the exchange. */
  later?: (emulator: Emulator, advance: (seconds: number) => void) => unknown
  /** No configuration brings it about: the operation answers so each time. `tries`: how often it is asked. */
  fault?: { status: number; tries?: number }
  /** A value that the settings refuse, to see what the service says to it. */
  adjust?: (profile: Profile) => Profile
  /** What fails, where it is not the exchange. */
  attempt?: (emulator: Emulator, profile: Profile) => Promise<unknown>
  /** What comes over the wire. */
  refused: { operation?: string; code: string; says: string }
  what: string
  fix: string
  /** 5 when absent. */
  exitCode?: number
}

// The emulator's ids, and the issuer that AWS would give its user pool.
export const POOL = 'eu-west-1_Emulated1'
export const CLIENT = '1example23456789emulated01'
export const IDENTITY_POOL = 'eu-west-1:11111111-2222-3333-4444-555555555555'
export const ISSUER = `cognito-idp.eu-west-1.amazonaws.com/${POOL}`
export const ROLE = 'arn:aws:iam::111122223333:role/Poolkey'
export const SECOND_ROLE = 'arn:aws:iam::444455556666:role/PoolkeyChained'

export const OTHER_POOL = 'eu-west-1:99999999-2222-3333-4444-555555555555'
export const GONE = 'eu-west-1:99999999-0000-0000-0000-000000000000'

// Keys of a profile, and how the emulator starts for them.
export const DIRECT = ({ roles }: Emulator) => ({
  cognito_exchange: 'web-identity',
  cognito_role_arn: roles.webIdentity,
})
export const BASIC = ({ roles }: Emulator) => ({
  cognito_exchange: 'basic',
  cognito_role_arn: roles.authenticated,
})
export const CHAINED = ({ roles }: Emulator) => ({ cognito_chain_role_arn: roles.chained })
export const GUEST = () => ({ cognito_guest: 'true' })
export const CLASSIC: EmulatorOptions = {
  identityPool: { allowClassicFlow: true, roleMapping: { kind: 'none' } },
}
export const government = (region: string): EmulatorOptions => ({
  region,
  issuer: `https://cognito-idp.${region}.amazonaws.com/${region}_Emulated1`,
})

export const SIGN_IN_ANEW = 'run: poolkey login --profile dev --force'
export const PEOPLE = `cognito-identity.amazonaws.com with aud ${IDENTITY_POOL} and amr authenticated`
