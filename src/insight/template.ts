/**
 * A CloudFormation stack with everything that poolkey needs in AWS, as YAML that explains itself. Pure.
 * Source: CloudFormation template reference, `AWS::Cognito::*`, `AWS::IAM::Role`, `AWS::IAM::OIDCProvider`.
 */
import { identityPoolParts } from './template-identity-pool.ts'
import { userPoolParts } from './template-user-pool.ts'
import { webIdentityParts } from './template-web-identity.ts'
import type { TemplateOptions, TemplateParts } from './template-text.ts'

// CloudFormation takes 51,200 bytes in the request itself ("CloudFormation quotas"); what stands above the body takes less
// than the difference.
const MOST_BYTES_WITHOUT_BUCKET = 49_000

/** The template. */
export function cloudFormationTemplate(options: TemplateOptions): string {
  const isEnhanced = options.exchange === 'enhanced'
  const parts = [userPoolParts(options), isEnhanced ? identityPoolParts(options) : webIdentityParts()]
  const all = (section: keyof TemplateParts) => parts.map((part) => part[section]).join('')
  const group = options.groups[0]?.name
  const body = `Conditions:
${all('conditions')}
Resources:
${all('resources')}
Outputs:
  # \`poolkey configure import\` reads these.
${all('outputs')}`
  return `AWSTemplateFormatVersion: '2010-09-09'
Description: Temporary AWS credentials from a Cognito sign-in, with poolkey

# To make it, and a profile for it:
#   aws cloudformation deploy --stack-name poolkey --capabilities CAPABILITY_IAM --template-file template.yaml${
    body.length > MOST_BYTES_WITHOUT_BUCKET ? ' --s3-bucket BUCKET' : ''
  }
#   aws cloudformation describe-stacks --stack-name poolkey --output json > stack.json
#   poolkey configure import stack.json --profile dev
# To let somebody in (the pool's ID is among the outputs); a first password comes by mail:
#   aws cognito-idp admin-create-user --user-pool-id ID --username you@example.com${
    group === undefined
      ? ''
      : `
#   aws cognito-idp admin-add-user-to-group --user-pool-id ID --username you@example.com --group-name ${group}`
  }

${body}`
}
