/**
 * An S3 on loopback, for programs that speak nothing else. It answers one question, ListBuckets, to whom the emulator gave
 * the keys that signed it; the only bucket is named after the role session, so that the answer says who asked.
 */
import { onTestFinished } from 'vitest'
import { Refusal, textAnswer } from '../../../src/emulator/answer.ts'
import type { Answer, ReceivedRequest } from '../../../src/emulator/answer.ts'
import type { Emulator } from '../../../src/emulator/emulator.ts'
import { createFaults } from '../../../src/emulator/faults.ts'
import { assumedRoleOf } from '../../../src/emulator/issued-credentials.ts'
import type { EmulatorRequest } from '../../../src/emulator/request-log.ts'
import { listen } from '../../../src/emulator/server.ts'
import { verifySignature } from '../../../src/emulator/signature-v4.ts'

export interface BucketStore {
  /** `127.0.0.1:PORT`, http. */
  host: string
  requests: readonly EmulatorRequest[]
}

/** Opens the store until the running test ends. */
export async function openBucketStore({ credentials }: Emulator): Promise<BucketStore> {
  const requests: EmulatorRequest[] = []
  const server = await listen({
    port: 0,
    now: Date.now,
    isOwnHost: () => false,
    faults: createFaults(),
    log: requests,
  })
  onTestFinished(server.close)
  const answer = (request: ReceivedRequest): Answer => {
    try {
      const caller = verifySignature(request, { credentials, service: 's3', now: Date.now() })
      const { arn } = assumedRoleOf(caller)
      const bucket = `<Bucket><Name>${bucketOf(arn)}</Name><CreationDate>2026-01-01T00:00:00.000Z</CreationDate></Bucket>`
      const owner = `<Owner><ID>${arn}</ID><DisplayName>${arn}</DisplayName></Owner>`
      return xml(200, 'ListAllMyBucketsResult', `${owner}<Buckets>${bucket}</Buckets>`)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return xml(error.status, 'Error', `<Code>${error.code}</Code><Message>${error.message}</Message>`)
    }
  }
  server.serve((request) =>
    request.method === 'GET' && request.url.pathname === '/'
      ? { operation: 'ListBuckets', endpoint: answer }
      : { operation: 'unknown', endpoint: () => textAnswer(501, 'ListBuckets is all there is.') },
  )
  return { host: new URL(server.origin).host, requests }
}

/** The bucket that whoever has this role session sees, and nobody else. */
export function bucketOf(assumedRoleArn: string): string {
  const [, account = '', role = '', session = ''] =
    /::(\d{12}):assumed-role\/([^/]+)\/(.+)$/.exec(assumedRoleArn) ?? []
  return `${account}.${role}.${session}`.toLowerCase().replaceAll(/[^a-z0-9.]/g, '-')
}

function xml(status: number, element: string, content: string): Answer {
  return {
    status,
    headers: { 'Content-Type': 'application/xml' },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n<${element}>${content}</${element}>\n`,
  }
}
