/** A setup that is broken in one place, what doctor says of it, and the edit that it asks for. */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { HopId } from '../../../src/insight/hop.ts'
import type { TrustPolicy } from '../../../src/emulator/trust-policy.ts'
import { openStation, POOLKEY } from '../poolkey-process.ts'
import type { Environment, Station, StationOptions } from '../poolkey-process.ts'

export interface BrokenSetup {
  setup: string
  /** How the emulator and the environment are. */
  station?: StationOptions
  /** Keys of the profile from the start. */
  keys?: (station: Station) => Record<string, string | undefined>
  /** How somebody signs in; by the browser when absent. */
  signIn?: SignIn
  /** Nobody signs in before it is broken. */
  isSignedOut?: boolean
  /** Breaks it; what it returns undoes what is outside of the station. */
  spoil?: (station: Station) => unknown
  /** The environment of doctor alone. */
  env?: (station: Station) => Environment
  /** The first link that is not fine. */
  hop: HopId
  /** 0: a warning. */
  exit: number
  says: RegExp
  fix: RegExp
  /** Does what the fix says. Without it, the steps are done as they are written. */
  mend?: (station: Station, report: HopReport, env: Environment) => unknown
}

export type SignIn = (station: Station, words: string[]) => Promise<{ stderr: string }>

export interface HopReport {
  id: string
  state: string
  detail: string
  code?: string
  cause?: string
  fix?: string
  steps?: string[]
}

interface Report {
  ok: boolean
  hops: HopReport[]
}

/** The line that AWS tools run, as `configure` writes it. */
export const LINE = { credential_process: [...POOLKEY, 'credential-process', '--profile', 'dev'].join(' ') }

/** Examines the setup, mends it as doctor says, and examines it again. */
export async function expectDiagnosis(broken: BrokenSetup): Promise<void> {
  const station = await openStation(broken.station ?? {})
  station.configure({ ...LINE, ...broken.keys?.(station) })
  const signIn: SignIn = broken.signIn ?? ((where, words) => where.signIn(words))
  if (broken.isSignedOut !== true) expect((await signIn(station, [])).stderr).toContain('Signed in as')
  await broken.spoil?.(station)
  const env = broken.env?.(station) ?? {}

  const before = await diagnose(station, env)
  const hop = before.report.hops.find(({ state }) => state === 'failed' || state === 'warning')
  expect({ hop: hop?.id, exit: before.exit }).toEqual({ hop: broken.hop, exit: broken.exit })
  expect(hop?.cause).toMatch(broken.says)
  expect([hop?.fix, ...(hop?.steps ?? [])].join('\n')).toMatch(broken.fix)

  if (!hop) return
  if (broken.mend) await broken.mend(station, hop, env)
  else for (const step of hop.steps ?? []) await doStep(station, step, { env, signIn })
  const after = await diagnose(station, env)
  expect(after.report.hops.filter(({ state }) => state !== 'ok')).toEqual([])
  expect(after).toMatchObject({ exit: 0, report: { ok: true } })
}

async function diagnose(
  station: Station,
  env: Environment,
): Promise<{ exit: number | null; report: Report }> {
  const { code, stdout, stderr } = await station.run(['doctor', '--profile', 'dev', '--json'], env)
  if (env['NODE_OPTIONS'] === undefined) expect(stderr).toBe('')
  return { exit: code, report: JSON.parse(stdout) as Report }
}

/** Does what a step says: poolkey's own commands, and for those of AWS and its console what they would do to the emulator. */
async function doStep(
  station: Station,
  step: string,
  { env, signIn }: { env: Environment; signIn: SignIn },
): Promise<void> {
  const { emulator } = station
  const words = step.split(' ')
  if (/^poolkey login /.test(step)) {
    await signIn(station, words.includes('--force') ? ['--force'] : [])
  } else if (/^poolkey trust-policy .* > trust.json$/.test(step)) {
    const { stdout } = await station.run(words.slice(1, -2))
    writeFileSync(join(station.home, 'trust.json'), stdout)
  } else if (words[0] === 'poolkey') {
    const stdin = words.includes('--client-secret-stdin') ? emulator.settings.clientSecret : undefined
    expect(await station.run(words.slice(1), {}, stdin)).toMatchObject({ code: 0 })
  } else if (words[0] === 'chmod' || words[0] === 'sed') {
    execFileSync('sh', ['-c', step])
  } else if (words[0] === 'unset') {
    for (const name of words.slice(1)) env[name] = undefined
  } else if (step.startsWith('aws iam update-assume-role-policy ')) {
    const name = valueOf(words, '--role-name')
    const role = emulator.settings.roles.find(({ arn }) => arn.endsWith(`/${name}`))
    const text = readFileSync(join(station.home, 'trust.json'), 'utf8')
    if (role) role.trustPolicy = JSON.parse(text) as TrustPolicy
  } else if (step.startsWith('aws iam create-open-id-connect-provider ')) {
    emulator.settings.oidcProviders.push({
      issuer: valueOf(words, '--url'),
      clientIds: [valueOf(words, '--client-id-list')],
    })
  } else if (/ > Add identity provider > /.test(step)) {
    const [, pool = '', clientId = ''] = /user pool (\S+), app client (\S+)$/.exec(step) ?? []
    const issuer = emulator.issuer.replace(/^https?:\/\//, '')
    expect(issuer).toContain(pool)
    emulator.settings.identityPool.providers = [{ providerName: issuer, clientId }]
  } else if (/ > Authentication flows > ALLOW_USER_SRP_AUTH$/.test(step)) {
    expect(step).toContain(` > App clients > ${emulator.clientId} > `)
    emulator.settings.authFlows.push('ALLOW_USER_SRP_AUTH')
  } else if (/ > Guest access > Activate$/.test(step)) {
    emulator.settings.identityPool.allowUnauthenticated = true
  } else {
    // What only shows something.
    expect(step).toMatch(/^aws \S+ (?:describe|get|list)-/)
  }
}

function valueOf(words: string[], option: string): string {
  return words[words.indexOf(option) + 1] ?? ''
}
