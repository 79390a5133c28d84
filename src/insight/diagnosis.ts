/** What an examination comes to: a state for every link, the exit code, the text below the picture, the JSON. Pure. */
import type { ExaminedHop } from './doctor.ts'
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
    if (!('text' in finding) && finding.state === 'failed') return finding.exitCode
  return 0
}

/** The links as a picture has them: what was found in the place of what was set. */
export function drawnHops(hops: ExaminedHop[]): DrawnHop[] {
  return hops.map(({ findings, ...hop }) => ({
    ...{ ...hop, values: [], state: stateOf(findings) },
    lines: findings.map((one) => ({ state: one.state, text: 'text' in one ? one.text : one.cause })),
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
  return [
    { kind: 'verdict', text: verdict },
    ...troubles.flatMap(({ title, trouble }) => adviceFor(title, trouble)),
  ]
}

function adviceFor(title: string, { state, cause, fix, steps }: Trouble): AdviceLine[] {
  return [
    { kind: 'trouble', text: `${title}${state === 'warning' ? ' (warning)' : ''}: ${cause}` },
    // A fix that is nothing but the command stands below.
    ...(fix === undefined || fix === `run: ${steps[0] ?? ''}`
      ? []
      : [{ kind: 'fix' as const, text: `fix: ${fix}` }]),
    ...steps.map((text) => ({ kind: 'command' as const, text })),
  ]
}

function isTrouble(finding: Finding): finding is Trouble {
  return !('text' in finding)
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
