/** Many measured values in three. Pure. */
export interface Summary {
  min: number
  median: number
  /** The 90th percentile. */
  p90: number
  runs: number
}

/** Throws when there is nothing to summarize. */
export function summarize(values: readonly number[]): Summary {
  const sorted = [...values].sort((one, other) => one - other)
  const at = (index: number): number => {
    const value = sorted[index]
    if (value === undefined) throw new Error('nothing was measured')
    return value
  }
  const half = sorted.length >> 1
  return {
    min: at(0),
    median: sorted.length % 2 === 1 ? at(half) : (at(half - 1) + at(half)) / 2,
    p90: at(Math.ceil(sorted.length * 0.9) - 1),
    runs: sorted.length,
  }
}

export function medianOf(values: readonly number[]): number {
  return summarize(values).median
}
