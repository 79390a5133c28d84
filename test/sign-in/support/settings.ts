import type { SignInSettings } from '../../../src/profile/profile.ts'

export const ISSUER = 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf123'
export const CLIENT_ID = '1example23456789'

/** Settings of a browser sign-in as `profile` hands them over. */
export function signInSettings(changes: Partial<SignInSettings> = {}): SignInSettings {
  return {
    userPoolId: 'eu-west-1_AbCdEf123',
    userPoolRegion: 'eu-west-1',
    clientId: CLIENT_ID,
    domain: new URL('https://acme.auth.eu-west-1.amazoncognito.com'),
    issuer: ISSUER,
    acceptedIssuers: [ISSUER],
    redirectUris: ['http://localhost:8400/callback'],
    logoutUri: undefined,
    scopes: ['openid', 'email', 'profile'],
    identityProvider: undefined,
    idpIdentifier: undefined,
    loginHint: undefined,
    lang: undefined,
    prompt: undefined,
    method: 'browser',
    username: undefined,
    configured: { method: 'browser', username: undefined },
    sessionName: undefined,
    refreshTokenDays: undefined,
    autoLogin: false,
    browserCommand: undefined,
    ...changes,
  }
}
