/** Signing in with a password, as the person at the terminal sees it. Passwords are hidden; codes are seen, and good once. */
import { serverTime } from '../../broker/server-clock.ts'
import type { Broker } from '../../broker/broker.ts'
import { clientSecretOf } from '../../broker/client-secret.ts'
import { userPoolClientFor } from '../../broker/user-pool.ts'
import { loginCommand, sameLogin, shellWord } from '../../errors/explanation.ts'
import { PoolkeyError } from '../../errors/poolkey-error.ts'
import type { Profile } from '../../profile/profile.ts'
import { Secret } from '../../secret.ts'
import type { Question } from '../../sign-in/challenge-questions.ts'
import { signInWithPassword } from '../../sign-in/password-sign-in.ts'
import { askTwice } from '../terminal/asked-twice.ts'
import { askInWords, codeQuestion, customText, optionText } from './challenge-text.ts'
import type { Needs } from '../context.ts'
import { keepSignIn } from './keep-sign-in.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { sentence } from '../texts/words.ts'

/** Who signs in, and where the password comes from: piped in, or typed. */
export interface PasswordOptions {
  username?: string
  passwordStdin?: boolean
}

/** Signs in with a password and stores the session. Throws what `signInWithPassword` throws, `usage`, `other-person`. */
export async function runPasswordSignIn(parts: {
  context: Needs<'terminal' | 'credentialsFile'>
  broker: Broker
  options: PasswordOptions & { timeout: number; yes?: boolean }
}): Promise<void> {
  const { context, broker, options } = parts
  const { terminal } = context
  const { profile } = broker
  const { signIn, name } = profile
  if (!signIn) throw new Error('a sign-in without sign-in settings')
  const limit = new AbortController()
  const timer = setTimeout(() => {
    limit.abort(new PoolkeyError('nobody-answered', { seconds: options.timeout }))
  }, options.timeout * 1000)
  const signal = AbortSignal.any([broker.signal, limit.signal])
  try {
    const username = signIn.username ?? (await askUserName(terminal, name, signal))
    const signedIn = await signInWithPassword({
      signIn,
      username,
      client: await userPoolClientFor(broker, signIn, clientSecretOf(broker)),
      http: broker.http,
      ask: createAsker(terminal, { ...options, profile, username }),
      // What was piped in is there once.
      passwordTries: terminal.canAsk ? MOST_PASSWORDS : 1,
      onWrong: (refusal) => {
        terminal.say(`${whatIsWrong(refusal)} Once more.`)
      },
      onDevice: (isTaken) => {
        terminal.say(isTaken ? DEVICE_TAKEN : `${DEVICE_NOT_TAKEN} ${sameLogin(profile)} --force`)
      },
      signal,
      now: () => serverTime(broker).getTime(),
    })
    await keepSignIn({ context, broker, signedIn, yes: options.yes === true })
  } finally {
    clearTimeout(timer)
  }
}

// Fewer than those after which Cognito locks a user out for a while.
const MOST_PASSWORDS = 3

const DEVICE_TAKEN =
  'This user pool remembers devices: this sign-in stands in its list as one named poolkey. A second factor is asked for at every sign-in all the same.'
const DEVICE_NOT_TAKEN =
  'This user pool remembers devices, and has not confirmed this one: the session cannot be refreshed, and ends with its first tokens. To try again:'

function whatIsWrong({ name, message }: { name: string; message: string }): string {
  if (name === 'ExpiredCodeException') return 'That code was used already, or is too old: wait for the next.'
  if (name === 'NotAuthorizedException') return 'User name and password do not fit each other.'
  return name.includes('Password') ? sentence(message) : 'That code is wrong.'
}

async function askUserName(terminal: Terminal, profile: string, signal: AbortSignal): Promise<string> {
  const name = (await terminal.ask('User name: ', signal))?.trim() ?? ''
  if (name !== '') return name
  throw new PoolkeyError('usage', {
    problem: 'nobody is named who is to sign in',
    fix: `${loginCommand(profile)} --username NAME, or set cognito_username`,
  })
}

/** What puts each question. It throws `usage` where there is nobody to ask, and `sign-in-refused` for no answer. */
function createAsker(
  terminal: Terminal,
  how: { passwordStdin?: boolean; profile: Profile; username: string },
): (question: Question, signal: AbortSignal) => Promise<Secret> {
  let shownSecret: string | undefined
  let toldOfNewPassword = false
  const tries = { left: MOST_PASSWORDS }

  async function askLine(question: string, signal: AbortSignal): Promise<string> {
    for (;;) {
      const line = await terminal.ask(question, signal)
      if (line === undefined) throw new PoolkeyError('sign-in-refused', { error: 'no answer was given' })
      if (line.trim() !== '') return line.trim()
    }
  }

  async function askNewPassword(signal: AbortSignal): Promise<string> {
    const how = { question: 'New password: ', ifEmpty: 'An empty one is none.' }
    const chosen = await askTwice(terminal, how, signal)
    if (chosen === undefined)
      throw new PoolkeyError('sign-in-refused', { error: 'no new password was given' })
    return chosen
  }

  async function choose(options: string[], signal: AbortSignal): Promise<string> {
    terminal.say('The user pool lets you choose:')
    options.forEach((option, index) => {
      terminal.say(`  ${index + 1}  ${optionText(option)}`)
    })
    for (;;) {
      const line = await askLine(`Which one (1-${options.length})? `, signal)
      const chosen = options[Number(line) - 1]
      if (chosen !== undefined) return chosen
      terminal.say(`A number from 1 to ${options.length} is needed.`)
    }
  }

  return async (question, signal) => {
    if (question.kind === 'password') return askPassword(terminal, how, { signal, tries })
    if (!terminal.canAsk) {
      throw new PoolkeyError('usage', {
        problem: `the user pool asks for ${askInWords(question)}, and there is no terminal to ask at`,
        fix: `at a terminal, run: ${sameLogin(how.profile)}`,
      })
    }
    switch (question.kind) {
      case 'new-password':
        if (!toldOfNewPassword) terminal.say('This password was set for you, or is too old: choose another.')
        toldOfNewPassword = true
        return new Secret(await askNewPassword(signal))
      case 'attribute':
        return new Secret(await askLine(`${question.name}: `, signal))
      case 'code':
        return new Secret((await askLine(codeQuestion(question), signal)).replaceAll(/\s/g, ''))
      case 'choice':
        return new Secret(await choose(question.options, signal))
      case 'custom':
        for (const line of customText(question.parameters)) terminal.say(line)
        return new Secret(await askLine('Answer: ', signal))
      case 'app-code':
        if (shownSecret !== question.secret) {
          shownSecret = question.secret
          terminal.say(
            'This user pool wants a second factor. Add an account to an authenticator app, with this key:',
          )
          terminal.say(`  ${question.secret}`)
          terminal.say('or, for an app that takes a link or a QR code made of it:')
          terminal.say(`  ${question.otpauthUrl}`)
        }
        return new Secret((await askLine('Code that the app shows: ', signal)).replaceAll(/\s/g, ''))
    }
  }
}

/** Asked again for nothing, as for a wrong one: a key pressed too early sends nothing. */
async function askPassword(
  terminal: Terminal,
  how: { passwordStdin?: boolean; profile: Profile; username: string },
  { signal, tries }: { signal: AbortSignal; tries: { left: number } },
): Promise<Secret> {
  const stdinFix = `${loginCommand(how.profile.name)} --username ${shellWord(how.username)} --password-stdin < FILE`
  if (how.passwordStdin !== true && !terminal.canAsk) {
    throw new PoolkeyError('usage', {
      problem: 'there is no terminal to ask for the password at, or --no-input forbids it',
      fix: `pipe it in: ${stdinFix}`,
    })
  }
  const question = `Password of ${how.username}: `
  const read = () =>
    how.passwordStdin === true ? terminal.readSecret(question, signal) : terminal.askHidden(question, signal)
  let password = await read()
  tries.left -= 1
  while (password === '' && how.passwordStdin !== true && tries.left > 0) {
    terminal.say('No password was typed. Once more.')
    password = await read()
    tries.left -= 1
  }
  if (password !== undefined && password !== '') return new Secret(password)
  throw new PoolkeyError('usage', {
    problem: how.passwordStdin === true ? 'no password came on stdin' : 'no password was typed',
    fix:
      how.passwordStdin === true
        ? `put it alone into what is piped in: ${stdinFix}`
        : `run: ${sameLogin(how.profile)}`,
  })
}
