import type { Secret } from '../secret.ts'

/** A token as a line; as a header for `curl -H @file` (RFC 6750 2.1) if asked for. Pure. */
export function tokenLine(token: Secret, options: { asHeader: boolean }): string {
  return `${options.asHeader ? 'Authorization: Bearer ' : ''}${token.reveal()}\n`
}
