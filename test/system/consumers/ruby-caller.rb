# Prints who the AWS SDK for Ruby is, by what its environment says. It reads no endpoint of STS from there itself.
require 'aws-sdk-core'

puts Aws::STS::Client.new(endpoint: ENV.fetch('AWS_ENDPOINT_URL_STS')).get_caller_identity.arn
