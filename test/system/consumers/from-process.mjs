/** Prints who the JS SDK is with `fromProcess`; it is told the profile and the endpoint. */
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { fromProcess } from '@aws-sdk/credential-providers'

const [profile, endpoint] = process.argv.slice(2)
// The client's `profile` gives it the region, but not the profile's endpoint_url.
const sts = new STSClient({ profile, endpoint, credentials: fromProcess({ profile }) })
const { Arn } = await sts.send(new GetCallerIdentityCommand())
process.stdout.write(`${Arn}\n`)
