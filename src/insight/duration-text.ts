/** Durations in words. Pure. */

const UNITS: [seconds: number, name: string][] = [
  [365 * 86_400, 'year'],
  [86_400, 'day'],
  [3600, 'h'],
  [60, 'min'],
  [1, 's'],
]

/** `5 min`, `1 h`, `1 h 30 min`, `30 days`: the two largest units that are not nothing. */
export function durationText(seconds: number): string {
  const parts: string[] = []
  let rest = seconds
  for (const [size, name] of UNITS) {
    const count = Math.floor(rest / size)
    rest -= count * size
    if (count > 0) parts.push(`${count} ${name.length > 3 || name === 'day' ? plural(name, count) : name}`)
  }
  return parts.slice(0, 2).join(' ') || '0 s'
}

function plural(name: string, count: number): string {
  return count === 1 ? name : `${name}s`
}
