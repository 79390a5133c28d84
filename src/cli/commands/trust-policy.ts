import { createReadStream } from 'node:fs'
import { errnoOf } from '../../errno.ts'
import { shellWord, withProfile } from '../../errors/explanation.ts'
import { askedRole } from '../../errors/known-cause.ts'
import { plainText } from '../../errors/plain-text.ts'
import { PoolkeyError } from '../../errors/poolkey-error.ts'
import { firstRoleNeed, secondRoleNeed, trustPolicyFor, trustWarnings } from '../../insight/trust-policy.ts'
import type { TrustNeed } from '../../insight/trust-policy.ts'
import { checkTrustPolicy } from '../../insight/trust-policy-check.ts'
import type { Profile } from '../../profile/profile.ts'
import type { Needs } from '../context.ts'
import { readCredentialsProfile } from '../credentials/credentials-profile.ts'

export interface TrustPolicyOptions {
  role?: string
  secondRole?: boolean
  check?: string
}

const FINDINGS = 3
// IAM's own limit is 4096 characters; a whole role with its tags stays far below this.
const MAX_CHARACTERS = 1024 * 1024

/** Prints the trust policy that the role needs for this profile's exchange, or says what is wrong with one. */
export async function trustPolicy(
  context: Needs<'terminal' | 'profiles' | 'interrupted'>,
  options: TrustPolicyOptions,
): Promise<number> {
  const profile = await readCredentialsProfile(context, options.role)
  const need = options.secondRole === true ? needOfSecondRole(profile) : needOfFirstRole(profile)
  return options.check === undefined
    ? print(context, { profile, need })
    : check(context, { profile, need, file: options.check })
}

function print(
  { terminal }: Needs<'terminal'>,
  { profile, need }: { profile: Profile; need: TrustNeed },
): number {
  terminal.answer(`${JSON.stringify(trustPolicyFor(need), null, 2)}\n`)
  for (const warning of trustWarnings(need, profile)) terminal.label('warning', warning)
  const isSecond = need.kind === 'chain'
  const role = isSecond ? profile.chain?.roleArn : askedRole(profile)
  const command = withProfile(commandLine(isSecond), profile.name)
  terminal.say(`For ${role ?? 'the roles that the identity pool hands out'}. To put it in place:`)
  terminal.say(`  ${command} > trust.json`)
  terminal.say(
    `  aws iam update-assume-role-policy --role-name ${shellWord(nameOf(role))} --policy-document file://trust.json`,
  )
  if (need.kind === 'web-identity') {
    terminal.say('The account must know the user pool, once:')
    terminal.say(
      `  aws iam create-open-id-connect-provider --url ${profile.signIn?.issuer ?? ''} --client-id-list ${need.clientId}`,
    )
  }
  if (!isSecond && profile.chain)
    terminal.say(`For ${profile.chain.roleArn}: ${withProfile(commandLine(true), profile.name)}`)
  return 0
}

async function check(
  context: Needs<'terminal' | 'interrupted'>,
  asked: { profile: Profile; need: TrustNeed; file: string },
): Promise<number> {
  const { profile, need, file } = asked
  const { terminal, interrupted } = context
  const text =
    file === '-'
      ? (await terminal.readInput(MAX_CHARACTERS, interrupted)).toString('utf8')
      : await readText(file, interrupted)
  const isSecond = need.kind === 'chain'
  const findings = checkTrustPolicy(text, need, {
    roleArn: isSecond ? profile.chain?.roleArn : askedRole(profile),
    durationSeconds: isSecond ? profile.chain?.durationSeconds : durationOf(profile),
  })
  for (const { problem, fix } of findings)
    terminal.answer(`${plainText(problem, 2000)}\n  fix: ${plainText(fix, 2000)}\n`)
  terminal.say(
    findings.length === 0
      ? `Nothing is wrong with it, for the exchange of profile ${profile.name}.`
      : `As it should be: ${withProfile(commandLine(isSecond), profile.name)}`,
  )
  return findings.length === 0 ? 0 : FINDINGS
}

function needOfFirstRole(profile: Profile): TrustNeed {
  const need = firstRoleNeed(profile)
  if (!need) throw new PoolkeyError('no-exchange', { profile: profile.name })
  return need
}

function needOfSecondRole(profile: Profile): TrustNeed {
  if (!profile.chain) {
    throw new PoolkeyError('usage', {
      problem: `profile ${profile.name} goes on to no second role`,
      fix: 'set cognito_chain_role_arn in the profile, or leave out --second-role',
    })
  }
  const need = secondRoleNeed(profile)
  if (need) return need
  throw new PoolkeyError('usage', {
    problem: 'which role comes first is decided at the identity pool',
    fix: `name it: ${withProfile(`${commandLine(true)} --role ARN`, profile.name)} (poolkey roles lists them)`,
  })
}

function durationOf({ exchange }: Profile): number | undefined {
  return exchange.kind === 'basic' || exchange.kind === 'web-identity'
    ? exchange.role.durationSeconds
    : undefined
}

function commandLine(isSecond: boolean): string {
  return `poolkey trust-policy${isSecond ? ' --second-role' : ''}`
}

function nameOf(roleArn: string | undefined): string {
  return roleArn?.split('/').at(-1) ?? 'ROLE'
}

/** A file, or a pipe such as `<(aws iam get-role ...)`. Throws `usage`, or the signal's reason. */
async function readText(path: string, signal: AbortSignal): Promise<string> {
  let whole = ''
  try {
    const chunks: AsyncIterable<string> = createReadStream(path, { encoding: 'utf8', signal })
    for await (const chunk of chunks) {
      whole += chunk
      if (whole.length > MAX_CHARACTERS) break
    }
  } catch (error) {
    signal.throwIfAborted()
    const code = errnoOf(error)
    if (code === undefined) throw error
    const fix = 'name a file with the policy, or - for stdin'
    throw new PoolkeyError('usage', { problem: `cannot read ${path} (${code})`, fix }, { cause: error })
  }
  if (whole.length > MAX_CHARACTERS)
    throw new PoolkeyError('usage', { problem: `${path} is far too large for a policy` })
  return whole
}
