import {
  AssumeRoleCommand,
  AssumeRoleWithWebIdentityCommand,
  GetCallerIdentityCommand,
  STSClient,
} from '@aws-sdk/client-sts'
import type { AssumedRoleUser, Credentials as StsCredentials } from '@aws-sdk/client-sts'
import { PoolkeyError } from '../errors/poolkey-error.ts'
import type { Http } from '../http/http.ts'
import { readSdkError } from '../http/sdk-errors.ts'
import { sdkOptions } from '../http/sdk-transport.ts'
import type { ServicePlace } from '../http/sdk-transport.ts'
import type { Secret } from '../secret.ts'
import { accountOf, checkCredentials } from './credentials.ts'
import type { Credentials } from './credentials.ts'

interface RoleAsked {
  roleArn: string
  sessionName: string
  durationSeconds: number
  signal: AbortSignal
}

/** Whose credentials they are, as GetCallerIdentity says: account number, ARN and unique ID. */
export interface CallerIdentity {
  account: string
  arn: string
  userId: string
}

/** The operations of STS that a chain may need. Everything throws `service-refused`, `unexpected-answer`, `network`, or the reason of its signal. */
export interface SecurityTokenClient {
  /** Unsigned. `policy` is JSON text. */
  assumeRoleWithWebIdentity(
    asked: RoleAsked & { token: Secret; policy: string | undefined; policyArns: string[] },
  ): Promise<Credentials>
  /** Signed with `credentials`, never with anything found elsewhere. */
  assumeRole(
    asked: RoleAsked & { credentials: Credentials; externalId: string | undefined },
  ): Promise<Credentials>
  requestCallerIdentity(asked: { credentials: Credentials; signal: AbortSignal }): Promise<CallerIdentity>
}

/** Talks to AWS STS or a service that speaks like it. Throws `service-refused`, `unexpected-answer`, `network`. */
export function createSecurityTokenClient(place: ServicePlace, http: Http): SecurityTokenClient {
  const host = place.endpoint?.host ?? `sts.${place.region}`

  function clientWith(credentials: Credentials | undefined): STSClient {
    return new STSClient({
      ...sdkOptions(place, http),
      ...(credentials
        ? {
            credentials: {
              accessKeyId: credentials.accessKeyId,
              secretAccessKey: credentials.secretAccessKey.reveal(),
              sessionToken: credentials.sessionToken.reveal(),
            },
          }
        : {}),
    })
  }

  async function call<T>(
    operation: string,
    asked: { secrets: readonly Secret[]; signal: AbortSignal },
    send: () => Promise<T>,
  ): Promise<T> {
    try {
      return await send()
    } catch (error) {
      throw readSdkError(error, { service: 'STS', operation, host, ...asked })
    }
  }

  function readCredentials(
    asked: { operation: string; roleArn: string },
    from: StsCredentials | undefined,
    user: AssumedRoleUser | undefined,
  ) {
    const { operation, roleArn } = asked
    const checked = checkCredentials(
      {
        accessKeyId: from?.AccessKeyId,
        secretAccessKey: from?.SecretAccessKey,
        sessionToken: from?.SessionToken,
        expiration: from?.Expiration,
      },
      { host, operation },
    )
    return { ...checked, accountId: accountOf(user?.Arn), roleArn }
  }

  return {
    async assumeRoleWithWebIdentity({
      roleArn,
      sessionName,
      durationSeconds,
      token,
      policy,
      policyArns,
      signal,
    }) {
      const operation = 'AssumeRoleWithWebIdentity'
      const command = new AssumeRoleWithWebIdentityCommand({
        RoleArn: roleArn,
        RoleSessionName: sessionName,
        DurationSeconds: durationSeconds,
        WebIdentityToken: token.reveal(),
        ...(policy === undefined ? {} : { Policy: policy }),
        ...(policyArns.length === 0 ? {} : { PolicyArns: policyArns.map((arn) => ({ arn })) }),
      })
      const client = clientWith(undefined)
      const secrets = [token]
      const answer = await call(operation, { secrets, signal }, () =>
        client.send(command, { abortSignal: signal }),
      )
      return readCredentials({ operation, roleArn }, answer.Credentials, answer.AssumedRoleUser)
    },
    async assumeRole({ roleArn, sessionName, durationSeconds, credentials, externalId, signal }) {
      const operation = 'AssumeRole'
      const command = new AssumeRoleCommand({
        RoleArn: roleArn,
        RoleSessionName: sessionName,
        DurationSeconds: durationSeconds,
        ...(externalId === undefined ? {} : { ExternalId: externalId }),
      })
      const client = clientWith(credentials)
      const secrets = secretsOf(credentials)
      const answer = await call(operation, { secrets, signal }, () =>
        client.send(command, { abortSignal: signal }),
      )
      return readCredentials({ operation, roleArn }, answer.Credentials, answer.AssumedRoleUser)
    },
    async requestCallerIdentity({ credentials, signal }) {
      const operation = 'GetCallerIdentity'
      const client = clientWith(credentials)
      const secrets = secretsOf(credentials)
      const answer = await call(operation, { secrets, signal }, () =>
        client.send(new GetCallerIdentityCommand({}), { abortSignal: signal }),
      )
      const { Account: account, Arn: arn, UserId: userId } = answer
      if (account === undefined || arn === undefined || userId === undefined) {
        throw new PoolkeyError('unexpected-answer', { host, operation, kind: 'not-the-protocol' })
      }
      return { account, arn, userId }
    },
  }
}

function secretsOf({ secretAccessKey, sessionToken }: Credentials): Secret[] {
  return [secretAccessKey, sessionToken]
}
