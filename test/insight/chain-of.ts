import { chainOf } from '../../src/insight/chain.ts'
import type { Hop } from '../../src/insight/hop.ts'
import { parseProfile } from '../../src/profile/parse-profile.ts'
import { readOrigins } from '../../src/profile/setting-origins.ts'

/** A configuration with a profile for every way to credentials. */
export const CONFIG = `[profile dev]
region = eu-west-1
credential_process = /usr/local/bin/poolkey credential-process --profile dev
cognito_user_pool_id = eu-west-1_AbCdEf123
cognito_client_id = 1example23456789
cognito_domain = acme.auth.eu-west-1.amazoncognito.com
cognito_identity_pool_id = eu-west-1:11111111-2222-3333-4444-555555555555

[profile editor]
credential_process = /usr/local/bin/poolkey credential-process --profile editor
cognito_source_profile = dev
cognito_role_arn = arn:aws:iam::111122223333:role/Editor

[profile prod]
region = eu-west-1
credential_process = /usr/local/bin/poolkey credential-process --profile prod
cognito_source_profile = dev
cognito_exchange = basic
cognito_role_arn = arn:aws:iam::111122223333:role/teams/platform/ThoseWhoKeepThePlatformOfEverybodyRunning
cognito_duration_seconds = 43200
cognito_chain_role_arn = arn:aws:iam::444455556666:role/Deploy
cognito_chain_external_id = team-a

[profile direct]
cognito_user_pool_id = eu-west-1_AbCdEf123
cognito_client_id = 1example23456789
cognito_domain = acme.auth.eu-west-1.amazoncognito.com
cognito_refresh_token_days = 365
cognito_role_arn = arn:aws:iam::111122223333:role/Developer

[profile visitor]
credential_process = /usr/local/bin/poolkey credential-process --profile visitor
cognito_identity_pool_id = eu-west-1:11111111-2222-3333-4444-555555555555
cognito_guest = true

[profile deploy]
role_arn = arn:aws:iam::444455556666:role/Deploy
source_profile = dev
duration_seconds = 900

[profile tokens]
cognito_user_pool_id = eu-west-1_AbCdEf123
cognito_client_id = 1example23456789
cognito_domain = acme.auth.eu-west-1.amazoncognito.com
cognito_session = 山田さんの仕事
`

/** The chain of one of its profiles. */
export function chainFor(name: string, env: Record<string, string> = {}, configText = CONFIG): Hop[] {
  const asked = { name, configText, configFile: '/home/.aws/config', env, readFile: () => '' }
  return chainOf(parseProfile(asked), readOrigins(asked))
}
