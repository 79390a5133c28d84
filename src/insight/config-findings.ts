/** What AWS tools make of the configuration files, where it is not what poolkey makes of them. Pure. */
import { shellWord } from '../errors/explanation.ts'
import { scanConfigText } from '../profile/config-text.ts'
import type { ConfigFileKind, ConfigItem, HeaderItem, KeyItem } from '../profile/config-text.ts'
import { splitLines } from '../profile/config-text.ts'
import type { ConfigSources } from '../profile/profile-values.ts'
import { fine, misconfigured } from './finding.ts'
import type { Finding, Trouble } from './finding.ts'

/** Both files as every tool of the person reads them; `profiles` are those whose values matter. Throws `config-syntax`. */
export function configFindings(files: Required<ConfigSources>, profiles: string[]): Finding[] {
  const found = [
    ...fileTroubles({ text: files.configText, file: files.configFile, kind: 'config' }, profiles),
    ...fileTroubles(
      { text: files.credentialsText ?? '', file: files.credentialsFile ?? '', kind: 'credentials' },
      profiles,
    ),
  ]
  return found.length === 0 ? [fine('AWS tools read the configuration as poolkey does')] : found
}

interface ConfigText {
  text: string
  file: string
  kind: ConfigFileKind
}

function fileTroubles(config: ConfigText, profiles: string[]): Trouble[] {
  const items = scanConfigText(config.text, config)
  return [...byteOrderMark(config), ...duplicates(items, config), ...comments(items, config, profiles)]
}

// The AWS CLI and boto3 stumble over it; poolkey and other SDKs do not.
function byteOrderMark({ text, file }: ConfigText): Trouble[] {
  if (!text.startsWith('\uFEFF')) return []
  return [
    misconfigured({
      code: 'config-unreadable-for-aws',
      cause: `${file} begins with a byte order mark: the AWS CLI and boto3 cannot read it at all`,
      fix: 'save it as UTF-8 without a byte order mark',
      steps: [`sed -i '1s/^\\xEF\\xBB\\xBF//' ${shellWord(file)}`],
    }),
  ]
}

function duplicates(items: ConfigItem[], { file }: ConfigText): Trouble[] {
  const sections = new Map<string, HeaderItem>()
  const found: Trouble[] = []
  let keys = new Map<string, KeyItem>()
  for (const item of items) {
    if (item.item === 'key') {
      const first = keys.get(item.name)
      if (first) found.push(twice(`key ${item.name}`, { file, first: first.line, second: item.line }))
      else keys.set(item.name, item)
      continue
    }
    keys = new Map()
    const id = `${item.kind} ${item.name} ${String(item.isExplicitDefault)}`
    const first = sections.get(id)
    if (first) found.push(twice(`section [${item.name}]`, { file, first: first.line, second: item.line }))
    else sections.set(id, item)
  }
  return found
}

function twice(
  what: string,
  { file, first, second }: { file: string; first: number; second: number },
): Trouble {
  return misconfigured({
    code: 'config-unreadable-for-aws',
    cause: `${file}:${second}: ${what} stands in line ${first} already: the AWS CLI and boto3 cannot read such a file at all`,
    fix: `make one of lines ${first} and ${second}`,
  })
}

// botocore takes what poolkey and other SDKs take for a comment as part of the value.
function comments(items: ConfigItem[], { file, text }: ConfigText, profiles: string[]): Trouble[] {
  const lines = splitLines(text)
  let isMeant = false
  return items.flatMap((item) => {
    if (item.item === 'header') {
      isMeant = item.kind === 'profile' && profiles.includes(item.name)
      return []
    }
    const rest = lines[item.line - 1]?.slice(item.valueEnd).trim() ?? ''
    if (!isMeant || rest === '' || item.name.startsWith('cognito_')) return []
    return [
      misconfigured({
        code: 'config-comment',
        cause: `${file}:${item.line}: the AWS CLI and boto3 take the comment behind ${item.name} as part of its value`,
        fix: 'put the comment on a line of its own',
      }),
    ]
  })
}
