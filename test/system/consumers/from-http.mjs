/** Prints who the JS SDK is with `fromHttp`, which reads the container variables; it is told the STS endpoint. */
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { fromHttp } from '@aws-sdk/credential-providers'

const sts = new STSClient({ endpoint: process.argv[2], credentials: fromHttp() })
const { Arn } = await sts.send(new GetCallerIdentityCommand())
process.stdout.write(`${Arn}\n`)
