/** Prints who the JS SDK is with nothing said to it: AWS_PROFILE leads to region, endpoint and credentials. */
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'

const { Arn } = await new STSClient().send(new GetCallerIdentityCommand())
process.stdout.write(`${Arn}\n`)
