import {
  CognitoIdentityClient,
  GetCredentialsForIdentityCommand,
  GetIdCommand,
  GetOpenIdTokenCommand,
} from '@aws-sdk/client-cognito-identity'
import { PoolkeyError } from '../errors/poolkey-error.ts'
import type { Http } from '../http/http.ts'
import { AROUND_DESERIALIZER, asRetryable, readSdkError } from '../http/sdk-errors.ts'
import { sdkOptions } from '../http/sdk-transport.ts'
import type { ServicePlace } from '../http/sdk-transport.ts'
import { Secret } from '../secret.ts'
import { checkCredentials } from './credentials.ts'
import type { Credentials } from './credentials.ts'

/** Provider name -> ID token, as the identity pool wants it; undefined for a guest. */
export type Logins = Record<string, Secret> | undefined

/** GetId, GetCredentialsForIdentity and GetOpenIdToken. Everything throws `service-refused`, `unexpected-answer`, `network`, or the reason of its signal. */
export interface IdentityPoolClient {
  requestIdentityId(asked: { poolId: string; logins: Logins; signal: AbortSignal }): Promise<string>
  /** Enhanced flow; the identity ID returned may differ from the one sent (merged identities). */
  requestCredentials(asked: {
    identityId: string
    logins: Logins
    roleArn: string | undefined
    signal: AbortSignal
  }): Promise<{ identityId: string; credentials: Pick<Credentials, CredentialField> }>
  /** Basic flow: a token for AssumeRoleWithWebIdentity, valid for ten minutes. */
  requestOpenIdToken(asked: {
    identityId: string
    logins: Logins
    signal: AbortSignal
  }): Promise<{ identityId: string; token: Secret }>
}

type CredentialField = 'accessKeyId' | 'secretAccessKey' | 'sessionToken' | 'expiration'

/**
 * Talks to Amazon Cognito Federated Identities; its calls are not signed. Throws `service-refused`, `unexpected-answer`, `network`.
 */
export function createIdentityPoolClient(place: ServicePlace, http: Http): IdentityPoolClient {
  const client = new CognitoIdentityClient(sdkOptions(place, http))
  client.middlewareStack.add((next) => (request) => asRetryable(next(request)), AROUND_DESERIALIZER)
  const host = place.endpoint?.host ?? `cognito-identity.${place.region}`

  async function call<T>(
    operation: string,
    asked: { logins: Logins; signal: AbortSignal },
    send: () => Promise<T>,
  ): Promise<T> {
    try {
      return await send()
    } catch (error) {
      const secrets = Object.values(asked.logins ?? {})
      throw readSdkError(error, { service: 'identity pool', operation, host, secrets, signal: asked.signal })
    }
  }

  const incomplete = (operation: string, name: string) =>
    new PoolkeyError('unexpected-answer', {
      host,
      operation,
      kind: 'not-the-protocol',
      detail: `the answer holds no ${name}`,
    })

  return {
    async requestIdentityId({ poolId, logins, signal }) {
      const command = new GetIdCommand({ IdentityPoolId: poolId, ...reveal(logins) })
      const answer = await call('GetId', { logins, signal }, () =>
        client.send(command, { abortSignal: signal }),
      )
      if (answer.IdentityId === undefined) throw incomplete('GetId', 'IdentityId')
      return answer.IdentityId
    },
    async requestCredentials({ identityId, logins, roleArn, signal }) {
      const operation = 'GetCredentialsForIdentity'
      const command = new GetCredentialsForIdentityCommand({
        IdentityId: identityId,
        ...reveal(logins),
        ...(roleArn === undefined ? {} : { CustomRoleArn: roleArn }),
      })
      const answer = await call(operation, { logins, signal }, () =>
        client.send(command, { abortSignal: signal }),
      )
      const credentials = checkCredentials(
        {
          accessKeyId: answer.Credentials?.AccessKeyId,
          secretAccessKey: answer.Credentials?.SecretKey,
          sessionToken: answer.Credentials?.SessionToken,
          expiration: answer.Credentials?.Expiration,
        },
        { host, operation },
      )
      return { identityId: answer.IdentityId ?? identityId, credentials }
    },
    async requestOpenIdToken({ identityId, logins, signal }) {
      const operation = 'GetOpenIdToken'
      const command = new GetOpenIdTokenCommand({ IdentityId: identityId, ...reveal(logins) })
      const answer = await call(operation, { logins, signal }, () =>
        client.send(command, { abortSignal: signal }),
      )
      if (answer.Token === undefined) throw incomplete(operation, 'Token')
      return { identityId: answer.IdentityId ?? identityId, token: new Secret(answer.Token) }
    },
  }
}

function reveal(logins: Logins): { Logins?: Record<string, string> } {
  if (!logins) return {}
  return { Logins: Object.fromEntries(Object.entries(logins).map(([name, token]) => [name, token.reveal()])) }
}
