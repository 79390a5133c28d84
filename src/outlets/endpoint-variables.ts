/** The variables by which SDKs find the endpoint. Pure. */
import type { Secret } from '../secret.ts'
import { CREDENTIAL_VARIABLES, OUTRANKING_VARIABLES, regionVariables } from './variables.ts'

/** Where the endpoint is, and the token or the absolute path of the file it stands in. */
export interface EndpointAddress {
  uri: string
  token: Secret | { file: string }
}

/**
 * What SDKs read before a container's credentials, or what `env` sets for other credentials: with any of it in the
 * environment they would not come to the endpoint.
 */
const OUTRANKING = [
  ...CREDENTIAL_VARIABLES,
  ...OUTRANKING_VARIABLES,
  ...['AWS_WEB_IDENTITY_TOKEN_FILE', 'AWS_ROLE_ARN', 'AWS_ROLE_SESSION_NAME'],
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
]

/** What to set and what to remove, so that SDKs take their credentials from the endpoint. */
export function endpointEnvironment(
  { uri, token }: EndpointAddress,
  region: string,
): { set: Record<string, string>; removed: string[] } {
  const [tokenVariable, otherVariable] = [
    'AWS_CONTAINER_AUTHORIZATION_TOKEN',
    'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE',
  ]
  const inFile = 'file' in token
  return {
    set: {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: uri,
      ...(inFile ? { [otherVariable]: token.file } : { [tokenVariable]: token.reveal() }),
      ...regionVariables(region),
    },
    // A file outranks the token itself.
    removed: [...OUTRANKING, inFile ? tokenVariable : otherVariable],
  }
}
