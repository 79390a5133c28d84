/** How to register a callback URL for an app client, letter by letter: Cognito accepts no other. Pure. */
import { shellWord } from '../../errors/explanation.ts'
import type { Family } from '../../profile/import/sightings.ts'

/** A callback URL, and what is known of the app client that it is for. */
export interface Callback {
  /** The URL to register. */
  url: string
  family: Family
  userPoolId: string | undefined
  clientId: string | undefined
  /** Whether it is known that the URL is not registered; else only that nothing is known of it. */
  isMissing: boolean
}

/** What to register, and the ways to do it: the console, the AWS CLI, and the tool that the file comes from. */
export function callbackAdvice({ url, family, userPoolId, clientId, isMissing }: Callback): string[] {
  const pool = userPoolId ?? 'POOL_ID'
  const client = clientId ?? 'CLIENT_ID'
  const region = `--region ${shellWord(pool.split('_')[0] ?? '')}`
  const ids = `${region} --user-pool-id ${shellWord(pool)} --client-id ${shellWord(client)}`
  const edit = `del(.ClientSecret, .CreationDate, .LastModifiedDate) | .CallbackURLs += ${JSON.stringify([url])}`
  return [
    isMissing
      ? `None of the registered callback URLs is one that poolkey can listen on. Register this one for app client ${client}, exactly so:`
      : `The file does not tell the registered callback URLs. This one must be, for app client ${client}, exactly so:`,
    `  ${url}`,
    `Console: Amazon Cognito > User pools > ${pool} > App clients > ${client} > Login pages > Edit > Allowed callback URLs`,
    'AWS CLI, with jq (an update resets what it does not name, so all of it is read first):',
    `  aws cognito-idp describe-user-pool-client ${ids} --query UserPoolClient --output json | jq ${shellWord(edit)} > client.json`,
    `  aws cognito-idp update-user-pool-client ${region} --cli-input-json file://client.json`,
    ...WAYS[family](url),
  ]
}

// Of what a tool has made, the tool is to be told: its next run would undo a change by hand.
const WAYS: Record<Family, (url: string) => string[]> = {
  'amplify-gen2': (url) => [
    `Amplify, in amplify/auth/resource.ts: loginWith: { externalProviders: { callbackUrls: ['${url}', ...], logoutUrls: [...] } }`,
  ],
  'amplify-gen1': (url) => [
    `Amplify: amplify update auth, "Add/Edit signin and signout redirect URIs", then amplify push. It wants a "/" at the end: register ${url}/ there, and import with --redirect-uri ${url}/`,
  ],
  cdk: (url) => [`CDK, in the UserPoolClient: oAuth: { callbackUrls: ['${url}', ...] }`],
  cloudformation: (url) => [
    `CloudFormation, SAM, in the AWS::Cognito::UserPoolClient: CallbackURLs: ['${url}', ...]`,
  ],
  terraform: (url) => [`Terraform, in the aws_cognito_user_pool_client: callback_urls = ["${url}", ...]`],
  other: () => [],
}
