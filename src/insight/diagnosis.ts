/** What an examination comes to: a state for every link, the exit code, the text below the picture, the JSON. Pure. */
import type { ExaminedHop } from './doctor.ts'
import { isTrouble } from './finding.ts'
import type { Finding, Trouble } from './finding.ts'
import type { DrawnHop, HopState } from './picture.ts'

/** The order in which states outrank each other. */
const WORST: HopState[] = ['failed', 'warning', 'skipped', 'ok']

/** A link is as bad as the worst that was found there. */
export function stateOf(findings: Finding[]): HopState {
  return WORST.find((state) => findings.some((one) => one.state === state)) ?? 'ok'
}

/** 0 where nothing failed, else the code of the first failure. */
export function exitCodeOf(hops: Pick<ExaminedHop, 'findings'>[]): number {
  for (const finding of hops.flatMap(({ findings }) => findings))
    if (isTrouble(finding) && finding.state === 'failed') return finding.exitCode
  return 0
}

/** The links as a picture has them: what was found in the place of what was set. */
export function drawnHops(hops: ExaminedHop[]): DrawnHop[] {
  return hops.map(({ findings, ...hop }) => ({
    ...{ ...hop, values: [], state: stateOf(findings) },
    lines: findings.map((one) => ({ state: one.state, text: isTrouble(one) ? one.cause : one.text })),
  }))
}

/** A line of the text below the picture; `command` lines are there to be copied, and are never wrapped. */
export interface AdviceLine {
  kind: 'verdict' | 'trouble' | 'fix' | 'command'
  text: string
}

/** What to do, trouble by trouble, in the order of the chain. */
export function adviceOn(hops: ExaminedHop[]): AdviceLine[] {
  const troubles = hops.flatMap(({ title, findings }) =>
    findings.filter(isTrouble).map((trouble) => ({ title, trouble })),
  )
  const failed = troubles.filter(({ trouble }) => trouble.state === 'failed')
  const [first] = failed
  const verdict = first
    ? `The chain breaks at: ${first.title}.`
    : troubles.length === 0
      ? 'Every link holds.'
      : 'Every link holds, with something to look at.'
  return [{ kind: 'verdict', text: verdict }, ...groupedByFix(troubles).flatMap(adviceFor)]
}

interface Placed {
  title: string
  trouble: Trouble
}

/** Those that one edit mends stand together, where the first of them was found. */
function groupedByFix(troubles: Placed[]): Placed[][] {
  const groups = new Map<string, Placed[]>()
  for (const one of troubles) {
    const key = JSON.stringify([one.trouble.fix, one.trouble.steps])
    groups.set(key, [...(groups.get(key) ?? []), one])
  }
  return [...groups.values()]
}

function adviceFor(group: Placed[]): AdviceLine[] {
  const { fix, steps } = group[0]?.trouble ?? { fix: undefined, steps: [] }
  return [
    ...group.map(({ title, trouble }) => ({
      kind: 'trouble' as const,
      text: `${title}${trouble.state === 'warning' ? ' (warning)' : ''}: ${trouble.cause}`,
    })),
    // A fix that is nothing but the command stands below.
    ...(fix === undefined || fix === `run: ${steps[0] ?? ''}`
      ? []
      : [{ kind: 'fix' as const, text: `fix: ${fix}` }]),
    ...steps.map((text) => ({ kind: 'command' as const, text })),
  ]
}

/** The contract's `doctor --json`: each link with its worst finding, and all of them beside it. */
export function diagnosisJson(profile: string, hops: ExaminedHop[]): Record<string, unknown> {
  return {
    ...{ version: 1, profile, ok: exitCodeOf(hops) === 0 },
    hops: hops.map(({ id, title, findings }) => {
      const state = stateOf(findings)
      const worst = findings.find((one) => one.state === state)
      return { id, title, state, ...(worst ? toldOf(worst) : {}), findings: findings.map(withState) }
    }),
  }
}

function toldOf(finding: Finding): Record<string, unknown> {
  if (!isTrouble(finding)) return { detail: finding.text }
  const { code, detail, cause, fix, steps } = finding
  return { detail: detail ?? cause, code, cause, fix, steps }
}

function withState(finding: Finding): Record<string, unknown> {
  return { state: finding.state, ...toldOf(finding) }
}
