import type { Http, HttpOptions } from '../../http/http.ts'

/** The door to the network, built when somebody first goes through it: what is answered from the vault needs none. */
export function lazyHttp(options: HttpOptions): Http {
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
