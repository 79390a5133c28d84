import { readFileSync } from 'node:fs'
import { PoolkeyError } from '../errors/poolkey-error.ts'
import { Secret } from '../secret.ts'
import type { AskPassphrase } from '../vault/sealing-key.ts'
import type { Terminal } from './terminal.ts'

/**
 * The passphrase of the vault: POOLKEY_PASSPHRASE, else the file of POOLKEY_PASSPHRASE_FILE (one newline at its end is not
 * part of it), else a person at the terminal, asked twice for a new one.
 */
export function passphraseSource(from: {
  env: Record<string, string | undefined>
  terminal: Terminal
  mayPrompt: boolean
}): AskPassphrase {
  const { env, terminal, mayPrompt } = from
  return async (signal, use) => {
    const given = env['POOLKEY_PASSPHRASE']
    if (given !== undefined && given !== '') return new Secret(given)
    const file = env['POOLKEY_PASSPHRASE_FILE']
    if (file !== undefined && file !== '') return new Secret(readPassphraseFile(file))
    if (!mayPrompt || !terminal.canAsk) throw new PoolkeyError('passphrase-missing', { problem: 'none' })
    for (;;) {
      const first = await terminal.askHidden(use === 'choose' ? 'New passphrase: ' : 'Passphrase: ', signal)
      if (use === 'open' || first === (await terminal.askHidden('The same again: ', signal)))
        return new Secret(first)
      terminal.say('The two differ. Once more.')
    }
  }
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
