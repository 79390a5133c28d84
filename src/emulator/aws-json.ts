/** The AWS JSON 1.1 protocol, which the APIs of identity pool and user pool speak. */
import { randomUUID } from 'node:crypto'
import { Refusal } from './answer.ts'
import type { Answer, Endpoint } from './answer.ts'
import { parseJsonObject } from './json-object.ts'

/** The endpoint of an API: `operate` is given the target's operation and the input, answers in JSON text, and throws refusals. */
export function awsJsonEndpoint(
  operate: (operation: string, input: Record<string, unknown>) => { body: string; originJti?: string },
): Endpoint {
  return (request) => {
    try {
      const input = parseJsonObject(request.body)
      if (!input) throw new Refusal('SerializationException')
      const operation = String(request.headers['x-amz-target']).replace(/^.*\./, '')
      const { body, ...about } = operate(operation, input)
      return { ...awsJsonAnswer(200, body), ...about }
    } catch (error) {
      if (error instanceof Refusal) return awsJsonRefusal(error)
      throw error
    }
  }
}

/** An answer of the AWS JSON 1.1 protocol; `body` is JSON text. */
function awsJsonAnswer(status: number, body: string): Answer {
  return {
    status,
    headers: { 'Content-Type': 'application/x-amz-json-1.1', 'x-amzn-RequestId': randomUUID() },
    body,
  }
}

/** An error of the AWS JSON 1.1 protocol; the header's name ends in a colon, as the service sends it. */
export function awsJsonRefusal({ code, message, status }: Refusal): Answer {
  const answer = awsJsonAnswer(status, JSON.stringify({ __type: code, message }))
  return {
    ...answer,
    headers: {
      ...answer.headers,
      'x-amzn-ErrorType': `${code}:`,
      'x-amzn-ErrorMessage': headerText(message),
    },
  }
}

function headerText(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, '?')
}
