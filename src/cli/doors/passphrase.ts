import { readFileSync } from 'node:fs'
import { isPoolkeyError, PoolkeyError } from '../../errors/poolkey-error.ts'
import { Secret } from '../../secret.ts'
import type { AskPassphrase } from '../../vault/key-places.ts'
import { askTwice } from '../terminal/asked-twice.ts'
import type { Terminal } from '../terminal/terminal.ts'

/** Where a passphrase may come from: variables, and a person unless nobody may be asked. */
export interface PassphraseOrigin {
  env: Record<string, string | undefined>
  terminal: Terminal
  mayPrompt: boolean
}

/**
 * The passphrase of the vault: POOLKEY_PASSPHRASE, else the file of POOLKEY_PASSPHRASE_FILE (one newline at its end is not
 * part of it), else a person at the terminal, asked twice for a new one.
 */
export function passphraseSource(from: PassphraseOrigin): AskPassphrase {
  const { env, terminal, mayPrompt } = from
  return async (signal, use) => {
    const given = env['POOLKEY_PASSPHRASE']
    if (given !== undefined && given !== '') return new Secret(given)
    const file = env['POOLKEY_PASSPHRASE_FILE']
    if (file !== undefined && file !== '') return new Secret(readPassphraseFile(file))
    if (!mayPrompt || !terminal.canAsk) throw new PoolkeyError('passphrase-missing', { problem: 'none' })
    if (use === 'choose') return askNewPassphrase(terminal, signal)
    const typed = (await terminal.askHidden('Passphrase: ', signal)) ?? ''
    if (typed === '') throw new PoolkeyError('passphrase-missing', { problem: 'none' })
    return new Secret(typed)
  }
}

async function askNewPassphrase(terminal: Terminal, signal: AbortSignal): Promise<Secret> {
  const how = { question: 'New passphrase: ', ifEmpty: 'An empty passphrase protects nothing.' }
  const chosen = await askTwice(terminal, how, signal)
  if (chosen === undefined) throw new PoolkeyError('passphrase-missing', { problem: 'empty' })
  return new Secret(chosen)
}

const MAX_TRIES = 3

/** Opens with a passphrase that a person types, who may mistype it twice. */
export async function retryPassphrase<T>(from: PassphraseOrigin, open: () => Promise<T>): Promise<T> {
  const isTyped = () => from.mayPrompt && from.terminal.canAsk && !isPassphraseGiven(from.env)
  for (let tries = 1; ; tries += 1) {
    try {
      return await open()
    } catch (error) {
      if (!isPoolkeyError(error, 'passphrase-wrong') || tries === MAX_TRIES || !isTyped()) throw error
      from.terminal.say('That is not it. Once more.')
    }
  }
}

/** Whether the environment holds a passphrase, or names a file that does. */
export function isPassphraseGiven(env: Record<string, string | undefined>): boolean {
  return [env['POOLKEY_PASSPHRASE'], env['POOLKEY_PASSPHRASE_FILE']].some(
    (one) => one !== undefined && one !== '',
  )
}

function readPassphraseFile(file: string): string {
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '')
  } catch (cause) {
    throw new PoolkeyError(
      'environment-invalid',
      { variable: 'POOLKEY_PASSPHRASE_FILE', value: file, allowed: 'a file you can read' },
      { cause },
    )
  }
}
