import { randomUUID } from 'node:crypto'
import type { Answer, Refusal } from './answer.ts'

/** An element's content: text, further elements, or nothing at all when undefined. */
export type XmlContent = string | number | undefined | { [element: string]: XmlContent }

const NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/'

/** The answer of one STS operation: `<ActionResponse><ActionResult>...`. */
export function resultAnswer(action: string, result: Record<string, XmlContent>): Answer {
  const requestId = randomUUID()
  const content = { [`${action}Result`]: result, ResponseMetadata: { RequestId: requestId } }
  return xmlAnswer(200, { element: `${action}Response`, content, requestId })
}

/** An error in STS's envelope. */
export function refusalAnswer({ code, message, status }: Refusal): Answer {
  const requestId = randomUUID()
  const content = { Error: { Type: 'Sender', Code: code, Message: message }, RequestId: requestId }
  return xmlAnswer(status, { element: 'ErrorResponse', content, requestId })
}

/** An instant as STS writes it, on request with the nanoseconds that some compatible services add. */
export function isoInstant(instant: Date, style: 'seconds' | 'nanoseconds'): string {
  return instant.toISOString().replace(/\.\d{3}Z$/, style === 'seconds' ? 'Z' : '.123456789Z')
}

function xmlAnswer(
  status: number,
  document: { element: string; content: XmlContent; requestId: string },
): Answer {
  const { element, content, requestId } = document
  return {
    status,
    headers: { 'Content-Type': 'text/xml', 'x-amzn-RequestId': requestId },
    body: `<${element} xmlns="${NAMESPACE}">${xml(content)}</${element}>\n`,
  }
}

function xml(content: XmlContent): string {
  if (content === undefined) return ''
  if (typeof content === 'number') return String(content)
  if (typeof content === 'string') return escapeXml(content)
  return Object.entries(content)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `<${name}>${xml(value)}</${name}>`)
    .join('')
}

function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
