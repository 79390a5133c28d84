import { PoolkeyError } from '../../errors/poolkey-error.ts'
import type { Http, HttpOptions } from '../../http/http.ts'
import type { Profile } from '../../profile/profile.ts'

/** Opens the door to the network as a profile has it. */
export type OpenHttp = (profile: Pick<Profile, 'caBundle'>) => Http

/**
 * What opens the door; `trace` is told of every request in a line. Throws `environment-invalid` where certificates go
 * unchecked: anybody on the way could read the tokens.
 */
export function networkDoor(around: {
  env: Record<string, string | undefined>
  now: () => number
  trace: ((line: string) => void) | undefined
}): OpenHttp {
  const { env, now, trace } = around
  if (env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0') {
    throw new PoolkeyError('environment-invalid', {
      variable: 'NODE_TLS_REJECT_UNAUTHORIZED',
      value: '0',
      allowed: '1 or nothing; a private certificate authority goes into AWS_CA_BUNDLE',
    })
  }
  const onAnswer: HttpOptions['onAnswer'] =
    trace &&
    (({ operation, host, outcome, ms }) => {
      trace(`debug: ${operation} at ${host}: ${outcome} in ${ms} ms`)
    })
  return ({ caBundle }) =>
    lazyHttp({
      ...{ caBundle, extraCaCerts: env['NODE_EXTRA_CA_CERTS'], env, now },
      ...(onAnswer ? { onAnswer } : {}),
    })
}

/** Built when somebody first goes through it: what is answered from the vault needs none. */
function lazyHttp(options: HttpOptions): Http {
  let loading: Promise<Http> | undefined
  let opened: Http | undefined
  const open = async (): Promise<Http> => {
    const { createHttp } = await import('../../http/http.ts')
    opened = createHttp(options)
    return opened
  }
  return {
    request: async (asked) => (await (loading ??= open())).request(asked),
    clockSkewMs: () => opened?.clockSkewMs(),
    close: () => {
      opened?.close()
    },
  }
}
