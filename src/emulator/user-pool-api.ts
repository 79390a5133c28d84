/** The user pool's JSON API (`AWSCognitoIdentityProviderService`): signing in without a browser, challenge by challenge. */
import { randomBytes } from 'node:crypto'
import { notAuthorized, Refusal } from './answer.ts'
import type { Endpoint } from './answer.ts'
import { createAnswers } from './api-answers.ts'
import { checkSecretHash, mapOf, textOf } from './api-client.ts'
import { createTokenOperations } from './api-tokens.ts'
import type { ApiAnswer } from './api-tokens.ts'
import { awsJsonEndpoint } from './aws-json.ts'
import type { EmulatorSettings, EmulatorUser } from './configuration.ts'
import { requestProof } from './password-proof.ts'
import { createPendingChallenges } from './pending-challenges.ts'
import type { SentCode, Step } from './pending-challenges.ts'
import type { UserPool } from './user-pool.ts'

type Input = Record<string, unknown>

/** The endpoint behind `X-Amz-Target: AWSCognitoIdentityProviderService.*`; codes that it sends are added to `sent`. */
export function createUserPoolApi(options: {
  settings: EmulatorSettings
  pool: UserPool
  now: () => number
  sent: SentCode[]
}): Endpoint {
  const { settings, now, sent } = options
  const tokens = createTokenOperations(options)
  const pending = createPendingChallenges({ now, sent, secretMark: () => settings.secretMark })
  const answers = createAnswers({ settings, now, pending, tokens, proofOf })

  const findUser = (name: string) =>
    settings.users.find(({ username, email }) => username === name || email === name)

  /** Asks for a proof of the password; somebody unknown is asked as everybody is, and never right. */
  function proofOf(
    asked: { user: EmulatorUser | undefined; name: string; parameters: Record<string, string> },
    goesOnTo: 'factors' | 'custom',
    isFirst = false,
  ): Step {
    const { user, name, parameters } = asked
    const proof = requestProof({
      userPoolId: settings.userPoolId,
      userId: user?.username ?? name,
      password: user?.password ?? randomBytes(16).toString('hex'),
      srpA: textOf(parameters, 'SRP_A'),
    })
    if (!proof) throw new Refusal('InvalidParameterException', 'Invalid SRP_A')
    return { name: 'PASSWORD_VERIFIER', proof, goesOnTo, isFirst }
  }

  function initiateAuth(input: Input): ApiAnswer {
    const flow = textOf(input, 'AuthFlow')
    const parameters = mapOf(input, 'AuthParameters')
    if (flow === 'REFRESH_TOKEN_AUTH' || flow === 'REFRESH_TOKEN')
      return tokens.refreshByFlow(input, parameters)
    const name = textOf(parameters, 'USERNAME')
    checkSecretHash(settings, { clientId: input['ClientId'], parameters, names: [name] })
    if (!settings.authFlows.some((allowed) => allowed === `ALLOW_${flow}`))
      throw new Refusal('InvalidParameterException', `${flow} is not enabled for the client.`)
    const user = findUser(name)
    const asked = { user, name, parameters }
    switch (flow) {
      case 'USER_SRP_AUTH':
        return answers.ask(user, proofOf(asked, 'factors', true))
      case 'CUSTOM_AUTH':
        if (parameters['CHALLENGE_NAME'] === 'SRP_A') return answers.ask(user, proofOf(asked, 'custom'))
        if (!user) throw notAuthorized('Incorrect username or password.')
        return answers.goOnWith(user, 'custom')
      case 'USER_AUTH':
        if (!settings.ignorePreferredChallenge && parameters['PREFERRED_CHALLENGE'] === 'PASSWORD_SRP')
          return answers.ask(user, proofOf(asked, 'factors'))
        return answers.ask(user, { name: 'SELECT_CHALLENGE' })
      default:
        throw new Refusal('InvalidParameterException', 'Initiate Auth method not supported.')
    }
  }

  function respond(input: Input): ApiAnswer {
    const responses = mapOf(input, 'ChallengeResponses')
    const names = [textOf(responses, 'USERNAME')]
    checkSecretHash(settings, { clientId: input['ClientId'], parameters: responses, names })
    return answers.take(input, responses)
  }

  function operate(operation: string, input: Input): ApiAnswer {
    switch (operation) {
      case 'InitiateAuth':
        return initiateAuth(input)
      case 'RespondToAuthChallenge':
        return respond(input)
      case 'AssociateSoftwareToken':
        return answers.associateSoftwareToken(input)
      case 'VerifySoftwareToken':
        return answers.verifySoftwareToken(input)
      case 'GetTokensFromRefreshToken':
        return tokens.getTokensFromRefreshToken(input)
      case 'RevokeToken':
        return tokens.revokeToken(input)
      case 'GetUser':
        return tokens.getUser(input)
      case 'ConfirmDevice':
        return tokens.confirmDevice(input)
      case 'GlobalSignOut':
        return tokens.globalSignOut(input)
      default:
        throw new Refusal('UnknownOperationException')
    }
  }

  return awsJsonEndpoint((name, input) => {
    const { body, ...about } = operate(name, input)
    return { ...about, body: JSON.stringify(body) }
  })
}
