/** Cognito and STS on loopback for the bench, and what the two processes say to each other. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'

/** Asks for the facts; `lifeSeconds` is the life of ID tokens and credentials from then on. */
export interface EmulatorCall {
  lifeSeconds?: number
}

export interface EmulatorFacts {
  origin: string
  region: string
  user: { username: string; password: string }
  /** The section `dev` of a config file. */
  profileText: string
  /** The operations of all requests up to now. */
  requests: string[]
}

export interface BenchEmulator extends EmulatorFacts {
  ask: (call: EmulatorCall) => Promise<EmulatorFacts>
  /** What `action` asked of the emulator, by operation. */
  requestsDuring: (action: () => void) => Promise<string[]>
  stop: () => void
}

/** `script` is the built emulator-process.ts. */
export async function startBenchEmulator(script: string): Promise<BenchEmulator> {
  const redirectUris = (await freePorts(3)).map((port) => `http://localhost:${port}/callback`)
  const child = fork(script, redirectUris, { execArgv: [], env: {} })
  const nextFacts = async (): Promise<EmulatorFacts> => {
    const [facts] = (await once(child, 'message')) as [EmulatorFacts]
    return facts
  }
  const facts = await nextFacts()
  const ask = (call: EmulatorCall) => {
    const answer = nextFacts()
    child.send(call)
    return answer
  }
  return {
    ...facts,
    ask,
    requestsDuring: async (action) => {
      const { requests: before } = await ask({})
      action()
      return (await ask({})).requests.slice(before.length)
    },
    stop: () => {
      child.disconnect()
    },
  }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0))
  await Promise.all(servers.map((server) => once(server, 'listening')))
  const ports = servers.map((server) => (server.address() as AddressInfo).port)
  await Promise.all(servers.map((server) => once(server.close(), 'close')))
  return ports
}
