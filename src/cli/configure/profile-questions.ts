/** What a profile cannot do without, and the questions for it: four at most. */
import { PoolkeyError } from '../../errors/poolkey-error.ts'
import type { WrittenKeys } from '../../profile/profile-edit.ts'
import { DOMAIN, IDENTITY_POOL_ID, ROLE_ARN } from '../../profile/setting-types.ts'
import type { SettingType } from '../../profile/setting-types.ts'
import { SETTINGS } from '../../profile/settings.ts'
import type { SettingKey } from '../../profile/settings.ts'
import { regionOf } from '../../profile/sign-in-settings.ts'
import { pastedValue } from './pasted-value.ts'
import { flagOf } from './setting-flags.ts'
import type { Terminal } from '../terminal/terminal.ts'

/** The settings in force, as text, by key. */
export type InForce = ReadonlyMap<string, string>

interface Asked {
  profile: string
  keys: WrittenKeys
  /** What the profile would have with these keys. */
  inForce: InForce
  terminal: Pick<Terminal, 'canAsk' | 'ask' | 'say'>
  signal: AbortSignal
}

const POOL = {
  key: SETTINGS.userPoolId.key,
  text: 'User pool ID',
  example: ', such as eu-west-1_AbCdEf123',
  type: SETTINGS.userPoolId.type,
}
const CLIENT = { key: SETTINGS.clientId.key, text: 'App client ID', type: SETTINGS.clientId.type }
const BROWSERS_DOMAIN = {
  key: SETTINGS.domain.key,
  text: "The user pool's domain",
  example: ', such as acme.auth.eu-west-1.amazoncognito.com',
  type: DOMAIN,
}
const DOMAIN_OR_NONE = {
  ...BROWSERS_DOMAIN,
  example: `${BROWSERS_DOMAIN.example} (Enter for none: sign in with a password)`,
  mayBeNone: true,
}
const IDENTITY_POOL = { key: SETTINGS.identityPoolId.key, text: 'Identity pool ID', type: IDENTITY_POOL_ID }

interface Question {
  key: SettingKey
  text: string
  example?: string
  type: SettingType<unknown>
  /** Whether nothing is an answer, too. */
  mayBeNone?: boolean
}

/**
 * The keys with what was missing; a profile that is there and is asked for nothing else may change all four. Throws `usage`
 * where something is missing and nobody answers, `interrupted`.
 */
export async function askMissing(asked: Asked): Promise<WrittenKeys> {
  const { keys, inForce, terminal } = asked
  const isChange = Object.keys(keys).length === 0
  const isGuest = inForce.get(SETTINGS.guest.key) === 'true'
  const required: Question[] = isGuest
    ? [IDENTITY_POOL]
    : [POOL, CLIENT, ...(inForce.get(SETTINGS.method.key) === 'password' ? [] : [domainQuestion(keys)])]
  const missing = required.filter(({ key }) => !inForce.has(key))
  const wanted = isChange && terminal.canAsk ? required : missing
  if (missing.length > 0 && !terminal.canAsk) throw missingError(asked, missing)
  const hasWay = inForce.has(SETTINGS.identityPoolId.key) || inForce.has(SETTINGS.roleArn.key)
  // Whoever takes it from another profile has said all there is to say.
  const mayLack = isGuest || inForce.has(SETTINGS.sourceProfile.key)
  const asksWay = terminal.canAsk && !mayLack && (!hasWay || isChange)
  if (wanted.length > 0 || asksWay) terminal.say(`For profile ${asked.profile} (another: --profile NAME):`)
  const answers: WrittenKeys = { ...keys }
  const poolBefore = inForce.get(SETTINGS.userPoolId.key)
  for (const question of wanted) {
    // What was the old pool's is no proposal for another one.
    const isOtherPool = (answers.cognito_user_pool_id ?? poolBefore) !== poolBefore
    const known = isOtherPool ? undefined : inForce.get(question.key)
    const answer = await askOne(question, { asked, known, answers })
    if (answer === undefined) {
      if (known === undefined) throw missingError(asked, [question])
      continue
    }
    if (answer === '') Object.assign(answers, withoutDomain(inForce))
    else answers[question.key] = answer
  }
  if (asksWay) Object.assign(answers, await askWay(asked))
  return answers
}

/** Whoever says that it is the browser cannot do without. */
function domainQuestion({ cognito_sign_in }: WrittenKeys): Question {
  return cognito_sign_in === 'browser' ? BROWSERS_DOMAIN : DOMAIN_OR_NONE
}

/** Without hosted UI there is one way to sign in. What was another pool's domain goes. */
function withoutDomain(inForce: InForce): WrittenKeys {
  const hadDomain = inForce.has(SETTINGS.domain.key)
  return { ...(hadDomain ? { cognito_domain: '' } : {}), cognito_sign_in: 'password' }
}

/** `acme` as the domain of a region is what its console shows as the domain's prefix. */
export function completeDomain(text: string, userPoolId: string | undefined): string {
  const region = userPoolId === undefined ? '' : regionOf(userPoolId)
  if (!/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(text) || !/^[a-z]{2}-/.test(region) || text === 'localhost')
    return text
  return `${text}.auth${region.startsWith('us-gov-') ? '-fips' : ''}.${region}.amazoncognito.com`
}

/** The answer; undefined for that which is known, or for none; empty where there is no domain. */
async function askOne(
  { key, text, example = '', type, mayBeNone = false }: Question,
  from: { asked: Asked; known: string | undefined; answers: WrittenKeys },
): Promise<string | undefined> {
  const { asked, known, answers } = from
  const { terminal, signal } = asked
  for (;;) {
    const given = await terminal.ask(`${text}${known === undefined ? example : ` [${known}]`}: `, signal)
    const reply = pastedValue(key, given ?? '')
    if (given === undefined || (reply === '' && known !== undefined)) return undefined
    if (reply === '' && mayBeNone) return ''
    const pool = answers.cognito_user_pool_id ?? asked.inForce.get(SETTINGS.userPoolId.key)
    const value = key === SETTINGS.domain.key ? completeDomain(reply, pool) : reply
    if (type.parse(value) !== undefined) return value
    terminal.say(`  It is ${type.allowed}.`)
  }
}

/** The way from the sign-in to AWS: an identity pool, or a role that trusts the user pool. */
async function askWay({ inForce, terminal, signal }: Asked): Promise<WrittenKeys> {
  const known = inForce.get(SETTINGS.identityPoolId.key) ?? inForce.get(SETTINGS.roleArn.key)
  const none = known === undefined ? 'Enter for none: sign in only' : known
  for (;;) {
    const given = await terminal.ask(
      `Identity pool ID, or ARN of a role that trusts the user pool [${none}]: `,
      signal,
    )
    const reply = pastedValue(SETTINGS.identityPoolId.key, given ?? '')
    if (reply === '') return {}
    // The other way goes: beside an identity pool, a role is one that the pool is asked for.
    if (IDENTITY_POOL_ID.parse(reply) !== undefined) {
      const isOther = !inForce.has(SETTINGS.identityPoolId.key) && inForce.has(SETTINGS.roleArn.key)
      return { cognito_identity_pool_id: reply, ...(isOther ? { cognito_role_arn: '' } : {}) }
    }
    if (ROLE_ARN.parse(reply) !== undefined) {
      const isOther = inForce.has(SETTINGS.identityPoolId.key)
      return { ...(isOther ? { cognito_identity_pool_id: '' } : {}), cognito_role_arn: reply }
    }
    terminal.say(`  It is ${IDENTITY_POOL_ID.allowed}, or ${ROLE_ARN.allowed}.`)
  }
}

function missingError({ profile, terminal }: Asked, missing: Question[]): PoolkeyError<'usage'> {
  const flags = missing.map(({ key, mayBeNone }) =>
    mayBeNone === true ? `${flagOf(key)} (or ${flagOf(SETTINGS.method.key)} password)` : flagOf(key),
  )
  return new PoolkeyError('usage', {
    problem: `profile ${profile} cannot do without ${listed(missing.map(({ key }) => key))}`,
    fix: terminal.canAsk
      ? `answer, or give ${listed(flags)}`
      : `give ${listed(flags)}; they are asked for only at a terminal, without --no-input`,
  })
}

function listed(words: string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`
}
