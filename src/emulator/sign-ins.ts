import { randomBytes, randomUUID } from 'node:crypto'
import type { EmulatorSettings, EmulatorUser } from './configuration.ts'

/** What an authorization code stands for. */
export interface CodeGrant {
  user: EmulatorUser
  redirectUri: string
  scopes: string[]
  codeChallenge: string | undefined
  nonce: string | undefined
  /** RFC 8707: becomes the access token's audience. */
  resource: string | undefined
  authenticatedAt: Date
}

/** A sign-in through the API, for which no code was given. */
export interface ApiGrant extends Pick<CodeGrant, 'user' | 'scopes' | 'authenticatedAt'> {
  deviceKey: string | undefined
}

/** One sign-in: everything minted from it shares its `originJti` and ends with it. */
export interface SignIn {
  originJti: string
  user: EmulatorUser
  scopes: string[]
  resource: string | undefined
  authenticatedAt: Date
  refreshExpiresAt: Date
  isRevoked: boolean
  /** Through the API: there is an ID token without the scope `openid`. */
  isByApi: boolean
  /** The device that each refresh must name, once it is confirmed: before that there is no refresh. */
  deviceKey: string | undefined
  isDeviceConfirmed: boolean
}

/** The codes, sign-ins and refresh tokens of the user pool. */
export interface SignIns {
  issueCode(grant: CodeGrant): string
  /** The grant of a code, once: undefined when it is unknown, used before or older than five minutes. */
  redeemCode(code: string): CodeGrant | undefined
  start(grant: CodeGrant | ApiGrant): { signIn: SignIn; refreshToken: string }
  /** Undefined when the token is unknown, expired, revoked, or rotated longer ago than the grace period. */
  refresh(refreshToken: string): { signIn: SignIn; rotatedToken?: string } | undefined
  /** The sign-in a refresh token belongs to, whatever became of it. */
  find(refreshToken: string): SignIn | undefined
  revoke(signIn: SignIn): void
  revokeAll(): void
  revokeAllOf(user: EmulatorUser): void
  /** Whether the token of a sign-in that goes on was rotated away longer ago than the grace period. */
  isReused(refreshToken: string): boolean
  isRevoked(originJti: string): boolean
  /** False for a device that is not the sign-in's. */
  confirmDevice(originJti: unknown, deviceKey: string): boolean
}

const CODE_LIFE_MS = 5 * 60_000

// The header of the encrypted token that Cognito hands out; what follows is opaque there and random here.
const REFRESH_TOKEN_HEADER = Buffer.from('{"cty":"JWT","enc":"A256GCM","alg":"RSA-OAEP"}').toString(
  'base64url',
)

interface RefreshToken {
  signIn: SignIn
  rotatedAt?: Date
}

/** Opens an empty book of sign-ins. */
export function createSignIns(options: { settings: EmulatorSettings; now: () => number }): SignIns {
  const { settings, now } = options
  const codes = new Map<string, { grant: CodeGrant; issuedAt: number }>()
  const refreshTokens = new Map<string, RefreshToken>()
  const signIns = new Map<string, SignIn>()

  function issueRefreshToken(signIn: SignIn): string {
    const parts = [256, 12, 800, 16].map((bytes) => randomBytes(bytes).toString('base64url'))
    const token = `${settings.secretMark}${[REFRESH_TOKEN_HEADER, ...parts].join('.')}`
    refreshTokens.set(token, { signIn })
    return token
  }

  function isUsable({ signIn, rotatedAt }: RefreshToken): boolean {
    if (signIn.isRevoked || now() >= signIn.refreshExpiresAt.getTime()) return false
    const graceMs = (settings.rotation?.graceSeconds ?? 0) * 1000
    return !rotatedAt || now() < rotatedAt.getTime() + graceMs
  }

  return {
    issueCode: (grant) => {
      const code = `${settings.secretMark}${randomUUID()}`
      codes.set(code, { grant, issuedAt: now() })
      return code
    },
    redeemCode: (code) => {
      const entry = codes.get(code)
      codes.delete(code)
      return entry && now() < entry.issuedAt + CODE_LIFE_MS ? entry.grant : undefined
    },
    start: (grant) => {
      const { user, scopes, authenticatedAt } = grant
      const refreshExpiresAt = new Date(now() + settings.refreshTokenSeconds * 1000)
      const signIn: SignIn = {
        originJti: randomUUID(),
        user,
        scopes,
        resource: 'resource' in grant ? grant.resource : undefined,
        authenticatedAt,
        refreshExpiresAt,
        isRevoked: false,
        isByApi: 'deviceKey' in grant,
        deviceKey: 'deviceKey' in grant ? grant.deviceKey : undefined,
        isDeviceConfirmed: false,
      }
      signIns.set(signIn.originJti, signIn)
      return { signIn, refreshToken: issueRefreshToken(signIn) }
    },
    refresh: (refreshToken) => {
      const entry = refreshTokens.get(refreshToken)
      if (!entry || !isUsable(entry)) return undefined
      if (!settings.rotation) return { signIn: entry.signIn }
      // The grace period runs from the first use: a second use within it must not prolong it.
      entry.rotatedAt ??= new Date(now())
      return { signIn: entry.signIn, rotatedToken: issueRefreshToken(entry.signIn) }
    },
    find: (refreshToken) => refreshTokens.get(refreshToken)?.signIn,
    revoke: (signIn) => {
      signIn.isRevoked = true
    },
    revokeAll: () => {
      for (const signIn of signIns.values()) signIn.isRevoked = true
    },
    revokeAllOf: (user) => {
      for (const signIn of signIns.values())
        if (signIn.user.username === user.username) signIn.isRevoked = true
    },
    isReused: (refreshToken) => {
      const entry = refreshTokens.get(refreshToken)
      return entry?.rotatedAt !== undefined && !entry.signIn.isRevoked && !isUsable(entry)
    },
    isRevoked: (originJti) => signIns.get(originJti)?.isRevoked ?? false,
    confirmDevice: (originJti, deviceKey) => {
      const signIn = signIns.get(String(originJti))
      if (signIn?.deviceKey !== deviceKey) return false
      signIn.isDeviceConfirmed = true
      return true
    },
  }
}
