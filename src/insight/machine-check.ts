/** The machine around the chain, as far as it can be looked at: variables, files that others could read or write, the proxy. */
import { statSync } from 'node:fs'
import { shellWord } from '../errors/explanation.ts'
import { isPoolkeyError } from '../errors/poolkey-error.ts'
import { readAuthorities } from '../http/certificate-authorities.ts'
import { proxyFor } from '../http/proxy.ts'
import { fine, misconfigured, troubleOf } from './finding.ts'
import type { Finding, Trouble } from './finding.ts'
import { shadowingVariables } from './shadow-findings.ts'

/** What is looked at. */
export interface Machine {
  env: Record<string, string | undefined>
  platform: NodeJS.Platform
  configFile: string
  credentialsFile: string
  /** The file of certificate authorities that the profile names. */
  caBundle: string | undefined
}

/** What is wrong around poolkey; one line for all that is right. */
export function checkMachine(machine: Machine): Finding[] {
  const { env, configFile, credentialsFile, platform } = machine
  const passphraseFile = env['POOLKEY_PASSPHRASE_FILE'] ?? ''
  // Windows keeps to lists of rights, which a mode says nothing of.
  const open =
    platform === 'win32'
      ? []
      : [
          ...openTo(configFile, 0o022, 'may be changed by others, who could have their own program run'),
          ...openTo(credentialsFile, 0o077, 'can be read by others'),
          ...(passphraseFile === '' ? [] : openTo(passphraseFile, 0o077, 'can be read by others')),
        ]
  const troubles = [...shadowingVariables(env), ...open]
  const quiet = fine('no variable and no file of AWS stands in the way')
  return [...(troubles.length === 0 ? [quiet] : troubles), ...wayOut(machine)]
}

function openTo(path: string, bits: number, what: string): Trouble[] {
  const mode = modeOf(path)
  if ((mode & bits) === 0) return []
  const command = `chmod ${bits === 0o022 ? 'go-w' : 'go-rwx'} ${shellWord(path)}`
  return [
    misconfigured({
      ...{ state: 'warning', code: 'file-mode', steps: [command] },
      cause: `${path} ${what} (mode ${(mode & 0o777).toString(8)})`,
      fix: 'keep it to yourself',
    }),
  ]
}

function modeOf(path: string): number {
  try {
    return statSync(path, { throwIfNoEntry: false })?.mode ?? 0
  } catch {
    // Whoever reads the file says why it cannot be.
    return 0
  }
}

/** How requests leave: through which proxy, and whom they trust. */
function wayOut({ env, caBundle }: Machine): Finding[] {
  try {
    const proxy = proxyFor(new URL('https://sts.amazonaws.com/'), env)
    readAuthorities({ env, caBundle, extraCaCerts: env['NODE_EXTRA_CA_CERTS'] })
    return proxy ? [fine(`requests go through the proxy ${proxy.protocol}//${proxy.host}`)] : []
  } catch (error) {
    if (isPoolkeyError(error, 'environment-invalid')) return [troubleOf(error, undefined)]
    throw error
  }
}

const NOTICED_MS = 5_000
const TOO_FAR_MS = 5 * 60_000

/** How far the clock is from the servers', who are ahead by `skewMs`; nothing where none has answered. */
export function clockFinding(skewMs: number | undefined): Finding[] {
  if (skewMs === undefined) return []
  const off = Math.abs(skewMs)
  const seconds = Math.round(off / 1000)
  const where = skewMs > 0 ? 'behind' : 'ahead of'
  if (off < NOTICED_MS) return [fine("the clock is the servers'")]
  if (off <= TOO_FAR_MS)
    return [fine(`the clock is ${seconds} s ${where} the servers', which poolkey corrects`)]
  return [
    misconfigured({
      ...{ state: 'warning', code: 'clock', fix: "set this machine's clock" },
      cause: `the clock is ${Math.round(seconds / 60)} min ${where} the servers': poolkey corrects it, but AWS refuses what other tools sign by such a clock`,
      steps: ['sudo timedatectl set-ntp true'],
    }),
  ]
}
