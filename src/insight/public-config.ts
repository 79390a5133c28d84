/** What AWS's configuration files hold that is not for everybody, read line by line: the files may be broken. Pure. */
import { COMMAND } from '../profile/setting-types.ts'
import { isPrivatePath } from './public-path.ts'
import type { PrivateWord } from './public-text.ts'

// Keys whose values are one of a few, or numbers.
const TELLS_NOTHING =
  /^(?:region|output|sso_region|cognito_(?:exchange|sign_in|guest|auto_login|lang|prompt|refresh_token_days)|\w*duration_seconds|retry_mode|max_attempts|cli_\w+|sts|cognito_\w*identity|s3)$/
const COMMON =
  /^(?:true|false|\d+|default|openid|email|profile|phone|aws\.cognito\.signin\.user\.admin|Environment|EcsContainer|Ec2InstanceMetadata|[a-z]{2}(?:-[a-z]+)+-\d)$/

const KINDS: [kind: string, key: RegExp][] = [
  ['profile', /source_profile$/],
  ['user-pool', /user_pool_id$/],
  ['identity-pool', /identity_pool_id$/],
  ['client', /client_id$/],
  ['domain', /domain$/],
  ['role', /role_arn$/],
  ['user', /username|login_hint/],
  ['key', /^aws_/],
]

/** The names of profiles, and the values of settings, that a text of either file holds. */
export function wordsInConfig(text: string): PrivateWord[] {
  return text.split(/\r\n|\r|\n/).flatMap((line) => {
    const header = /^\s*\[\s*(?:[\w-]+\s+)?(.*?)\s*\]/.exec(line)?.[1]
    if (header !== undefined) return words('profile', header.replace(/^(["'])(.*)\1$/, '$2'))
    const [, key = '', value = ''] = /^\s*([\w.-]+)\s*=\s*(.*?)\s*$/.exec(line) ?? []
    const name = key.toLowerCase()
    if (name === 'credential_process') return pathsIn(value)
    return value === '' || TELLS_NOTHING.test(name) ? [] : valueWords(kindOf(name), value)
  })
}

function kindOf(key: string): string {
  return KINDS.find(([, form]) => form.test(key))?.[0] ?? 'value'
}

function valueWords(kind: string, value: string): PrivateWord[] {
  const plain = value.replace(/\s[#;].*$/, '')
  const parts = [value, plain, ...plain.split(/[\s,]+/)]
  return parts.flatMap((part) => {
    // Whoever reads a URL sees its host; AWS's and this machine's are everybody's.
    const host = URL.canParse(part) ? new URL(part).hostname : ''
    if (/^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$|\.amazonaws\.com(?:\.cn)?$/.test(host)) return []
    const named = /^arn:.*?[:/]([^:]*)$/.exec(part)?.[1]?.split('/').slice(1) ?? []
    return [part, ...(host === '' ? [] : [host]), ...named].flatMap((one) =>
      [...new Set([one, one.toLowerCase()])].flatMap((spelling) => words(kind, spelling)),
    )
  })
}

function pathsIn(line: string): PrivateWord[] {
  const paths = (COMMAND.parse(line) ?? []).filter((word) => /[\\/]/.test(word) && isPrivatePath(word))
  return paths.map((word) => ({ kind: 'folder', word: word.replace(/[\\/][^\\/]*$/, '') }))
}

function words(kind: string, word: string): PrivateWord[] {
  return word.length < 2 || COMMON.test(word) ? [] : [{ kind, word }]
}
