/** One request the emulator saw. Its URL and body hold secrets of the emulated world. */
export interface EmulatorRequest {
  /** `authorize`, `login-form`, `login`, `token:refresh_token`, `GetId`, `AssumeRole`, `jwks`, ... */
  operation: string
  method: string
  /** Path and query. */
  url: string
  headers: Readonly<Record<string, string>>
  body: string
  /** The status answered; 0 until then, and for good when the connection was broken first. */
  status: number
  at: Date
  /** The sign-in a token or revocation request was about. */
  originJti?: string
}
