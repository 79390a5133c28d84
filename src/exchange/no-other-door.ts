/**
 * What the build puts in the place of `@smithy/node-http-handler`: no SDK client has a way to the network of its own. Each
 * is given our door, which hands it whole answers.
 */
export const NodeHttpHandler = { create: <T>(handler: T): T => handler }

/** Takes the place of what would read a stream. Rejects: nothing that we hand over is one. */
export function streamCollector(): Promise<never> {
  return Promise.reject(new Error('poolkey never streams an answer'))
}
