/** The variables by which SDKs find the endpoint. Pure. */
import type { Secret } from '../secret.ts'
import { regionVariables, VARIABLES_OF_CREDENTIALS } from './variables.ts'

/** Where the endpoint is, and the token or the absolute path of the file it stands in. */
export interface EndpointAddress {
  uri: string
  token: Secret | { file: string }
}

/** What to set and what to remove, so that SDKs take their credentials from the endpoint. */
export function endpointEnvironment(
  { uri, token }: EndpointAddress,
  region: string,
): { set: Record<string, string>; removed: string[] } {
  const set = {
    AWS_CONTAINER_CREDENTIALS_FULL_URI: uri,
    ...('file' in token
      ? { AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: token.file }
      : { AWS_CONTAINER_AUTHORIZATION_TOKEN: token.reveal() }),
    ...regionVariables(region),
  }
  // SDKs read most of these before a container's credentials, and a token's file before the token itself.
  return { set, removed: VARIABLES_OF_CREDENTIALS.filter((name) => !(name in set)) }
}
