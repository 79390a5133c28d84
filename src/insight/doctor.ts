/** Tests every link of a profile's chain for real, in the order in which they are passed, and the machine around them. */
import type { Broker } from '../broker/broker.ts'
import { isPoolkeyError, PoolkeyError } from '../errors/poolkey-error.ts'
import { refuseAwsBehindLoopback } from '../profile/emulated-sign-in.ts'
import type { Profile } from '../profile/profile.ts'
import { parseSources } from '../profile/profile-values.ts'
import { rehearseWrite } from '../vault/state-folder.ts'
import { configFindings } from './config-findings.ts'
import { checkExchange, checkSession, troubleOrThrow } from './exchange-check.ts'
import type { ExchangeCheck } from './exchange-check.ts'
import { fine, isTrouble, skipped, troubleOf } from './finding.ts'
import type { Finding } from './finding.ts'
import type { Hop, HopId } from './hop.ts'
import { checkMachine, clockFinding } from './machine-check.ts'
import { shadowingSettings } from './shadow-findings.ts'
import type { Patient } from './patient.ts'
import { portMayWait, testSignIn } from './sign-in-test.ts'
import { checkProcessLine } from './tools-check.ts'

/** A link, and what was found out about it. */
export interface ExaminedHop extends Hop {
  findings: Finding[]
}

/** What is known before there is a profile: the machine, and the profile's own failure. */
export const MACHINE: Hop = { id: 'machine', title: 'This machine', values: [], source: '' }

/** What all tests found, link by link. Throws the signal's reason. */
export async function examine(patient: Patient): Promise<ExaminedHop[]> {
  const { profile, chain, files, around, http, signal, onHop } = patient
  const found = new Map<HopId, Finding[]>()
  onHop('this machine')
  const { configFile, credentialsFile = '' } = files
  found.set('machine', checkMachine({ configFile, credentialsFile, caBundle: profile.caBundle, ...around }))
  found.set('profile', [
    ...configFindings(files, [profile.name, profile.settingsFrom]),
    ...endpointFindings(profile),
  ])
  const store = await opened(patient)
  found.get('machine')?.push(...store.findings)
  const { broker } = store
  if (profile.signIn) {
    onHop('the sign-in')
    found.set('sign-in', await testSignIn(patient, broker))
    onHop('the session')
  }
  const isGuest = !profile.signIn
  const sessionCheck = broker && !isGuest ? await checkSession(broker) : { findings: store.session }
  if (!isGuest) found.set('session', sessionCheck.findings)
  const session = 'session' in sessionCheck ? sessionCheck.session : undefined
  // Whoever is signed in needs no port until the next time.
  if (session) found.set('sign-in', (found.get('sign-in') ?? []).map(portMayWait))
  const exchange: ExchangeCheck =
    broker && (isGuest || session) && profile.exchange.kind !== 'none'
      ? await exchanged(broker, { chain, session, onHop })
      : { findings: new Map() }
  for (const [id, findings] of exchange.findings) found.set(id, [...(found.get(id) ?? []), ...findings])
  onHop('the tools')
  found.set('tools', [
    ...(profile.exchange.kind === 'none' ? [] : await callerIdentity(broker, exchange)),
    ...(await lineFindings(patient, exchange)),
    ...(found.get('tools') ?? []),
  ])
  signal.throwIfAborted()
  found.get('machine')?.push(...clockFinding(broker?.http.clockSkewMs() ?? http.clockSkewMs()))
  return [MACHINE, ...chain].map((hop) => ({
    ...hop,
    findings: [...(found.get(hop.id) ?? [skipped(`not tried: ${brokenBefore(found)}`)]), ...overrides(hop)],
  }))
}

/** Whether what is signed in to here is meant for AWS. */
function endpointFindings(profile: Profile): Finding[] {
  try {
    refuseAwsBehindLoopback(profile)
    return []
  } catch (error) {
    return [troubleOrThrow(error, profile)]
  }
}

/** Where a service is asked at another place than its own: somebody may have forgotten. */
function overrides({ values }: Hop): Finding[] {
  return values
    .filter(({ name }) => name === 'endpoint')
    .map(({ value, source }) => fine(`asked at ${value}, as ${source} says`))
}

function brokenBefore(found: Map<HopId, Finding[]>): string {
  const session = found.get('session') ?? []
  return session.some((one) => isTrouble(one) && one.code === 'sign-in-required')
    ? 'nobody is signed in'
    : 'a link before it is broken'
}

/** The vault, opened: its trouble is the machine's, that nobody signed in is the session's. */
async function opened({ profile, openBroker, probeStore, around }: Patient): Promise<{
  broker?: Broker
  findings: Finding[]
  session: Finding[]
}> {
  try {
    const broker = await openBroker()
    const opens = fine(`the vault opens; its key is in: ${broker.vault.store}`)
    return { broker, findings: [opens, ...writeFindings(broker)], session: [] }
  } catch (error) {
    const trouble = troubleOrThrow(error, profile)
    return isPoolkeyError(error, 'sign-in-required')
      ? { findings: [await storeFinding(profile, probeStore, around.env)], session: [trouble] }
      : { findings: [trouble], session: [skipped('not tried: the vault does not open')] }
  }
}

/** Whether what is renewed can be kept. */
function writeFindings({ profile, vault }: Broker): Finding[] {
  try {
    rehearseWrite(vault.folder)
    return []
  } catch (error) {
    return [troubleOrThrow(error, profile)]
  }
}

/** Before there is a vault: whether one could be made. */
async function storeFinding(
  profile: Profile,
  probeStore: Patient['probeStore'],
  env: Record<string, string | undefined>,
): Promise<Finding> {
  try {
    return fine(`there is no vault yet; its key would be in: ${await probeStore()}`)
  } catch (error) {
    const trouble = troubleOrThrow(error, profile)
    // A desktop asks for the password of a keyring, or for a new one's, when something is to be kept there.
    const isAsked = [env['DISPLAY'], env['WAYLAND_DISPLAY']].some(Boolean) && isClosed(error)
    return isAsked && isTrouble(trouble) ? { ...trouble, state: 'warning' } : trouble
  }
}

function isClosed(error: unknown): boolean {
  return (
    isPoolkeyError(error, 'keychain-unavailable') && ['no-keyring', 'locked'].includes(error.facts.problem)
  )
}

function exchanged(
  broker: Broker,
  {
    chain,
    session,
    onHop,
  }: Pick<Patient, 'chain' | 'onHop'> & Pick<Parameters<typeof checkExchange>[1], 'session'>,
): Promise<ExchangeCheck> {
  onHop('the exchange')
  const links = chain.map(({ id }) => id).filter((id) => EXCHANGE_LINKS.includes(id))
  return checkExchange(broker, { links, session })
}

const EXCHANGE_LINKS: HopId[] = ['identity-pool', 'role', 'second-role']

/** Whether AWS knows the credentials, and as whom. */
async function callerIdentity(
  broker: Broker | undefined,
  { credentials }: ExchangeCheck,
): Promise<Finding[]> {
  if (!broker || !credentials) return [skipped('GetCallerIdentity was not tried: there are no credentials')]
  try {
    const sts = await broker.clients.securityToken()
    const { arn } = await sts.requestCallerIdentity({ credentials, signal: broker.signal })
    return [fine(`GetCallerIdentity: ${arn}`)]
  } catch (error) {
    return [troubleOrThrow(error, broker.profile)]
  }
}

/** The profile's own line, or that of the profile which AWS tools go to for its first credentials. */
async function lineFindings(
  { profile, files, around, signal }: Patient,
  { credentials }: ExchangeCheck,
): Promise<Finding[]> {
  const { profiles } = parseSources(files)
  const [own, base] = [profiles.get(profile.name), profiles.get(profile.settingsFrom)]
  if (!own || !base) return []
  const sections = own === base ? [own] : [own, base]
  const shadows = sections.flatMap((section) => shadowingSettings(section, files.credentialsFile ?? ''))
  if (profile.exchange.kind === 'none') {
    const isAsked = own.keys.has('credential_process')
    const noExchange = new PoolkeyError('no-exchange', { profile: profile.name })
    return [
      ...shadows,
      isAsked ? troubleOf(noExchange, profile) : fine('no AWS tool is to ask: the profile only signs in'),
    ]
  }
  // What AWS tools chain from are other credentials than those of the whole chain.
  const accessKeyId = own === base ? credentials?.accessKeyId : undefined
  const how = { around, mayRun: credentials !== undefined, accessKeyId, signal }
  return [...shadows, ...(await checkProcessLine(base, how))]
}
