/** What Node and the file system call what went wrong. Pure. */

/** The code of a system's error (`ENOSPC`), undefined for another kind of error. */
export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/** The same, or the error's own words: a reason to show. */
export function reasonOf(error: unknown): string {
  return errnoOf(error) ?? (error instanceof Error ? error.message : String(error))
}
