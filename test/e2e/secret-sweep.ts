/**
 * Looks for secrets where none may be. A secret is whatever the emulator handed out or was handed (tokens, codes, keys),
 * the mark it puts into all of them, and the vault's own key. Each is sought as it is and in the usual disguises.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Emulator } from '../../src/emulator/emulator.ts'

/** `credential`: what `credential-process` and `env` hand out. `sign-in`: what never leaves poolkey. */
export interface KnownSecret {
  kind: 'credential' | 'sign-in'
  /** For the message of a failed test. */
  name: string
  value: string
}

/** A place where a secret was found. */
export type Leak = string

const ANSWER_FIELDS =
  /"(id_token|access_token|refresh_token|IdToken|AccessToken|RefreshToken|SigninToken|SecretKey|SessionToken|Token)":\s*"([^"]+)"/g
const ANSWER_TAGS = /<(SecretAccessKey|SessionToken)>([^<]+)</g
const REQUEST_FIELDS = ['code', 'code_verifier', 'refresh_token']

// The user pool's API has other names for what its token endpoint gives.
const SAME_AS = new Map([
  ['IdToken', 'id_token'],
  ['AccessToken', 'access_token'],
  ['RefreshToken', 'refresh_token'],
])

/** Keeps every secret of the emulator's world from now on. */
export function watchSecrets(emulator: Emulator): () => KnownSecret[] {
  const found = new Map<string, KnownSecret>()
  const keep = (name: string, value: string) => {
    const kind = /^(Secret|Session)/.test(name) ? 'credential' : 'sign-in'
    found.set(value, { kind, name, value })
  }
  const { secretMark } = emulator.settings
  keep('mark', secretMark)
  keep('SecretMark', secretMark.replaceAll(/[^A-Za-z0-9]/g, ''))
  emulator.faults.set(
    '*',
    {
      kind: 'alter',
      alter: (answer) => {
        for (const [, name, value] of answer.body.matchAll(ANSWER_FIELDS))
          keep(SAME_AS.get(name!) ?? name!, value!)
        for (const [, name, value] of answer.body.matchAll(ANSWER_TAGS)) keep(name!, value!)
        return answer
      },
    },
    Infinity,
  )
  return () => {
    for (const { operation, body } of emulator.requests) {
      if (!operation.startsWith('token:')) continue
      const form = new URLSearchParams(body)
      for (const name of REQUEST_FIELDS) if (form.has(name)) keep(name, form.get(name)!)
    }
    // Parts of a token say as much as the whole; the header is the same for everybody.
    const tokens = [...found.values()].filter(({ value }) => value.startsWith('eyJ'))
    for (const { name, value } of tokens) {
      const [, ...parts] = value.split('.')
      parts.forEach((part, index) => {
        if (part.length > 20) keep(`${name}, part ${index + 2}`, part)
      })
    }
    return [...found.values()]
  }
}

/** Where in `text` the secrets stand; `place` names the text. */
export function leaksIn(text: string, secrets: KnownSecret[], place: string): Leak[] {
  return secrets
    .filter(({ value }) => disguisesOf(value).some((disguise) => text.includes(disguise)))
    .map(({ name }) => `${name} in ${place}`)
}

/** Whether a command may answer with a secret, which is then what it is for. */
export function mayAnswer(words: string[], { kind, name }: KnownSecret): boolean {
  const isMark = name === 'mark' || name === 'SecretMark'
  switch (words[0] ?? '') {
    case 'credential-process':
    case 'env':
    case 'exec':
      return kind === 'credential'
    // The mark in a token is one of its claims, and they show the claims, never the token.
    case 'whoami':
      return isMark
    case 'token':
      if (words.includes('--claims')) return isMark
      return isMark || name.startsWith(words.includes('--access') ? 'access_token' : 'id_token')
    case 'console':
      return words.includes('--print') && (isMark || name === 'SigninToken')
    default:
      return false
  }
}

/**
 * Where in a folder's files the secrets stand. `vault.key` may hold the vault's key, the shared credentials file
 * credentials, and nothing else.
 */
export function leaksInFiles(folder: string, secrets: KnownSecret[]): Leak[] {
  const files = filesIn(folder)
  const keys = files
    .filter((path) => basename(path) === 'vault.key')
    .map((path): KnownSecret => ({
      kind: 'sign-in',
      name: 'vault key',
      value: readFileSync(path, 'utf8').trim(),
    }))
  return files.flatMap((path) => {
    const isKeyFile = basename(path) === 'vault.key'
    const isCredentialsFile = basename(path) === 'credentials'
    const hidden = isCredentialsFile ? secrets.filter(({ kind }) => kind !== 'credential') : secrets
    return leaksIn(textIfAny(path), isKeyFile ? hidden : [...hidden, ...keys], path)
  })
}

// Compiled code is replaced by processes that outlive the command that was run.
function textIfAny(path: string): string {
  return existsSync(path) ? readFileSync(path, 'latin1') : ''
}

/** Every regular file below a folder. */
export function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true)
}

/** The same without compiled code, which any run may add to. */
export function stateIn(folder: string): string[] {
  return filesIn(folder).filter((path) => !path.includes('/code-cache/'))
}

/** Keeps the command lines of all processes begun from now on, until it is stopped; both functions give what was seen. */
export function watchCommandLines(): { seen: () => string; stop: () => string } {
  const seen = new Set<string>()
  const there = new Set(readdirSync('/proc'))
  const look = () => {
    for (const name of readdirSync('/proc')) {
      if (there.has(name) || !/^\d+$/.test(name)) continue
      try {
        seen.add(readFileSync(`/proc/${name}/cmdline`, 'latin1'))
      } catch {
        // It ended between the two looks.
      }
    }
  }
  const timer = setInterval(look, 10)
  const text = () => [...seen].join('\n')
  return {
    seen: text,
    stop: () => {
      clearInterval(timer)
      return text()
    },
  }
}

/** A value as it is, escaped for URLs and JSON, in hexadecimal, and in base64 wherever in a longer text it stands. */
export function disguisesOf(value: string): string[] {
  const bytes = Buffer.from(value)
  const base64 = [0, 1, 2].map((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64')
    // The characters at both ends depend on the neighbours.
    return encoded.slice(shift === 0 ? 0 : shift + 1, Math.floor(((bytes.length + shift) * 8) / 6))
  })
  const base64url = base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'))
  const escaped = [encodeURIComponent(value), JSON.stringify(value).slice(1, -1)]
  const hex = bytes.toString('hex')
  return [value, ...escaped, ...base64, ...base64url, hex, hex.toUpperCase()]
}
