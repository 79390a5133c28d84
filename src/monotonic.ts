/** Milliseconds by a clock that nobody sets. Not `performance.now()`, whose part of Node takes longer to load than a file of ours. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}
