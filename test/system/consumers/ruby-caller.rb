# Prints who the AWS SDK for Ruby is, by what its environment says. It reads no endpoint of STS from there itself.
require 'aws-sdk-core'

# What is said of every client counts for the roles of a profile, too.
Aws.config[:sts] = { endpoint: ENV.fetch('AWS_ENDPOINT_URL_STS') }
puts Aws::STS::Client.new.get_caller_identity.arn
