/**
 * What the build puts in the place of `@aws-sdk/credential-provider-node`: the SDK's default chain would find the very
 * profile whose credential process is running, and run it again. Every client here is given its credentials or needs none.
 */
export function defaultProvider(): () => Promise<never> {
  return () => Promise.reject(new Error('poolkey never looks for credentials of its own'))
}
