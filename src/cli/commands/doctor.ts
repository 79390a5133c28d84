import { jsonLine, plainText } from '../../errors/plain-text.ts'
import { isOurs, isPoolkeyError } from '../../errors/poolkey-error.ts'
import { chainOf } from '../../insight/chain.ts'
import { adviceOn, diagnosisJson, drawnHops, exitCodeOf } from '../../insight/diagnosis.ts'
import { examine, MACHINE } from '../../insight/doctor.ts'
import type { ExaminedHop } from '../../insight/doctor.ts'
import { tinted } from '../../insight/drawing-style.ts'
import { troubleOf } from '../../insight/finding.ts'
import { checkMachine } from '../../insight/machine-check.ts'
import { drawChain } from '../../insight/picture.ts'
import { publicValue } from '../../insight/public-text.ts'
import { publicTextFor } from '../../insight/public-words.ts'
import { withPlaces } from '../../insight/where-set.ts'
import type { Profile } from '../../profile/profile.ts'
import type { ConfigSources } from '../../profile/profile-values.ts'
import { answerStyle } from '../terminal/answer-style.ts'
import { openAttendedBroker } from '../credentials/attended-broker.ts'
import type { Needs } from '../context.ts'
import { runsInstallation } from '../configure/installed-command.ts'

export interface DoctorOptions {
  json?: boolean
  public?: boolean
}

// A refresh, an exchange, a call of AWS and a run of the profile's own line, each with its retries.
const DEADLINE_SECONDS = 120

type DoctorContext = Needs<'terminal' | 'profiles' | 'configFile' | 'vault' | 'openHttp' | 'openBroker'> &
  Needs<'env' | 'platform' | 'selfCommand' | 'interrupted'>

/** Tests every link of the chain for real, and says which is broken and what mends it. */
export async function doctor(context: DoctorContext, options: DoctorOptions): Promise<number> {
  const { terminal } = context
  const { hops, profile } = await examined(context)
  const name = profile?.name ?? (await context.profiles.meantName())
  const show =
    options.public === true
      ? publicTextFor(context.env, { name, profile, hops, files: await filesOf(context) })
      : same
  if (options.json === true) {
    terminal.answer(`${jsonLine(publicValue(diagnosisJson(name, hops), show))}\n`)
    return exitCodeOf(hops)
  }
  const style = answerStyle(context)
  const drawn = drawnHops(hops).map((hop) => ({
    ...{ ...hop, title: show(hop.title), source: show(hop.source) },
    lines: (hop.lines ?? []).map((line) => ({ ...line, text: show(line.text) })),
  }))
  const advice = adviceOn(hops).map(({ kind, text }, index, all) => {
    const safe = plainText(show(text), 2000)
    switch (kind) {
      case 'verdict':
        return tinted(safe, 'bold', style)
      case 'trouble':
        // Those that one edit mends stand together.
        return all[index - 1]?.kind === 'trouble' ? safe : `\n${safe}`
      case 'fix':
        return `  ${safe}`
      case 'command':
        return `    ${safe}`
    }
  })
  terminal.answer(`${drawChain(drawn, style)}\n${advice.join('\n')}\n`)
  return exitCodeOf(hops)
}

const same = (text: string) => text

/** What of the files can be read: that they cannot is told by the profile's link. */
async function filesOf({ configFile }: Needs<'configFile'>): Promise<Partial<ConfigSources>> {
  try {
    return await configFile.read()
  } catch (error) {
    if (isPoolkeyError(error, 'config-unreadable')) return configFile.paths()
    throw error
  }
}

async function examined(context: DoctorContext): Promise<{ hops: ExaminedHop[]; profile?: Profile }> {
  let profile: Profile
  try {
    profile = await context.profiles.read()
  } catch (error) {
    if (!isOurs(error) || isPoolkeyError(error, 'interrupted') || isPoolkeyError(error, 'usage')) throw error
    return { hops: await withoutProfile(context, error) }
  }
  const { terminal, env, platform, interrupted } = context
  const http = context.openHttp(profile)
  try {
    const origins = await context.profiles.readOrigins(profile)
    const hops = await examine({
      profile,
      chain: chainOf(profile, origins),
      files: await context.configFile.read(),
      around: { env, platform, isThisInstallation: (words) => runsInstallation(words, context) },
      http,
      openBroker: () => openAttendedBroker(context, profile, DEADLINE_SECONDS),
      probeStore: () => context.vault.probeStore(),
      signal: interrupted,
      onHop: (title) => {
        terminal.progress(`Testing ${title} ...`)
      },
    })
    const placed = hops.map(({ findings, ...hop }) => ({
      ...hop,
      findings: findings.map((finding) => withPlaces(finding, profile, origins)),
    }))
    return { hops: placed, profile }
  } finally {
    terminal.progress(undefined)
    http.close()
  }
}

/** Where the profile cannot be read, the rest of its chain is not even known. */
async function withoutProfile(
  context: Needs<'env' | 'platform' | 'profiles' | 'configFile'>,
  error: Parameters<typeof troubleOf>[0],
): Promise<ExaminedHop[]> {
  const { configFile, credentialsFile } = await context.configFile.paths()
  const around = {
    env: context.env,
    platform: context.platform,
    configFile,
    credentialsFile,
    caBundle: undefined,
  }
  return [
    { ...MACHINE, findings: checkMachine(around) },
    {
      ...{
        id: 'profile',
        title: `Profile ${await context.profiles.meantName()}`,
        values: [],
        source: configFile,
      },
      findings: [troubleOf(error, undefined)],
    },
  ]
}
