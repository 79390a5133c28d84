/** The completion script for PowerShell, 5.1 and later. Pure. */
import type { OptionShape, TreeShape } from '../tree/command-shape.ts'
import type { Values } from './values.ts'
import { childrenOf, namesOf, NOTICE, runsPrograms } from './words-of-tree.ts'

/** The script. */
export function powershellCompletion({ commands, commonOptions }: TreeShape): string {
  const parents = ['', ...commands.map(({ path }) => path)]
  const children = parents.flatMap((parent) =>
    childrenOf(parent, commands).map(({ name, command }) => [parent, name, command.description] as const),
  )
  const options = [
    ...commonOptions.map((option) => ['*', option.long, option.description] as const),
    ...commands.flatMap(({ path, options: own }) =>
      own.map(({ long, description }) => [path, long, description] as const),
    ),
  ]
  const values = [
    ...commonOptions.flatMap((option) => valueLines('*', option)),
    ...commands.flatMap((command) => {
      const { path, options: own, argument } = command
      const before: Values | undefined = runsPrograms(command) ? { kind: 'words', words: ['--'] } : argument
      return [
        ...own.flatMap((option) => valueLines(path, option)),
        ...(before ? [valueLine(path, before)] : []),
      ]
    }),
  ]
  const row = (cells: readonly string[]) => `    , @(${cells.map(quoted).join(', ')})`
  return `# PowerShell completion for poolkey. ${NOTICE}

Register-ArgumentCompleter -Native -CommandName poolkey -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)

  # What stands below a command: its path, the name, what it does.
  $commands = @(
${children.map(row).join('\n')}
  )
  # Options in the same way; '*' is every command.
  $options = @(
${options.map(row).join('\n')}
  )
  # What can stand for an option or an argument: its kind and its words.
  $values = @{
${values.join('\n')}
  }

  function Read-ProfileName {
    $file = if ($env:AWS_CONFIG_FILE) { $env:AWS_CONFIG_FILE } else { '~/.aws/config' }
    if ($file -match '^~(?=$|[\\\\/])') { $file = $HOME + $file.Substring(1) }
    if (-not (Test-Path -LiteralPath $file -PathType Leaf)) { return }
    $names = New-Object System.Collections.Generic.List[string]
    $own = @{}; $roles = @{}; $sources = @{}; $section = ''; $indent = -1
    foreach ($line in Get-Content -LiteralPath $file -Encoding UTF8) {
      $text = $line.Trim()
      if ($text -eq '' -or $text -match '^[#;]') { continue }
      $column = $line.Length - $line.TrimStart().Length
      if ($indent -ge 0 -and $column -gt $indent) { continue }
      if ($text -match '^\\[\\s*([^\\]]*?)\\s*\\]') {
        $indent = -1
        $section = ''
        if ($Matches[1] -match '^(default)$|^profile\\s+(?:"([^"]+)"|''([^'']+)''|([^\\s"'']+))$') {
          $section = @($Matches[1], $Matches[2], $Matches[3], $Matches[4]) | Where-Object { $_ } | Select-Object -First 1
          # What poolkey takes for no name, or what shows as nothing, is not offered.
          if ($section -match '[\\[\\]"''\\\\#;\`]|\\p{C}|^\\s|\\s$') { $section = '' }
          if ($section -ne '' -and -not $names.Contains($section)) { $names.Add($section) }
        }
        continue
      }
      $indent = $column
      if ($section -eq '' -or $text -notmatch '^([^=]*?)\\s*=\\s*(.*?)(?:(?:^|\\s)[#;].*)?$') { continue }
      $value = $Matches[2]
      switch -Regex ($Matches[1]) {
        '^cognito_' { $own[$section] = $true }
        '^role_arn$' { $roles[$section] = $true }
        '^source_profile$' { $sources[$section] = $value }
      }
    }
    $names | Where-Object { $own[$_] -or ($roles[$_] -and $sources[$_] -and $own[$sources[$_]]) }
  }

  # Nothing that is offered can be read as code: what is not plain stands in single quotes, which PowerShell also sees in
  # typographic ones.
  function New-Offer($text, $about, $kind) {
    if ($text -notlike "$([WildcardPattern]::Escape($typed))*") { return }
    $safe = if ($text -match '^[\\w./:=-]+$') { $text } else { "'" + ($text -replace '[''\\u2018-\\u201b]', '$0$0') + "'" }
    [System.Management.Automation.CompletionResult]::new("$before$safe", $text, $kind, $about)
  }
  function Get-Offer($value) {
    # An array of one comes as its element.
    $value = @($value)
    switch ($value[0]) {
      'words' { foreach ($word in $value[1..($value.Length - 1)]) { New-Offer $word $word 'ParameterValue' } }
      'profiles' { foreach ($name in Read-ProfileName) { New-Offer $name $name 'ParameterValue' } }
      'files' { if ($before -eq '') { [System.Management.Automation.CompletionCompleters]::CompleteFilename($typed) } }
      'commands' { [System.Management.Automation.CompletionCompleters]::CompleteCommand($typed) }
    }
  }

  $path = ''; $pending = $null; $hasArgument = $false; $before = ''; $typed = $wordToComplete.Trim("'", '"')
  $words = @($commandAst.CommandElements | Select-Object -Skip 1 |
      Where-Object { $_.Extent.EndOffset -lt $cursorPosition -or ($wordToComplete -eq '' -and $_.Extent.EndOffset -le $cursorPosition) } |
      ForEach-Object { if ($_ -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $_.Value } else { $_.Extent.Text } })
  for ($at = 0; $at -lt $words.Count; $at++) {
    $word = $words[$at]
    $next = "$path $word".Trim()
    if ($null -ne $pending) { $pending = $null }
    elseif ($word -ceq '--') {
      if (@(${commands
        .filter(runsPrograms)
        .map(({ path }) => quoted(path))
        .join(', ')}) -notcontains $path) { return }
      return Get-Offer $(if ($at -eq $words.Count - 1) { , @('commands') } else { , @('files') })
    }
    elseif ($word -like '-*') {
      $value = if ($values["$path $word"]) { $values["$path $word"] } else { $values["* $word"] }
      if ($value) { $pending = $value }
    }
    elseif (-not $hasArgument -and ($commands | Where-Object { $_[0] -ceq $path -and $_[1] -ceq $word })) { $path = $next }
    else { $hasArgument = $true }
  }
  $own = @($options | Where-Object { $_[0] -ceq $path -or $_[0] -eq '*' })
  if ($null -ne $pending) { return Get-Offer $pending }
  if ($typed -match '^(--[^=]+=)(.*)$') {
    $before = $Matches[1]
    $typed = $Matches[2]
    $name = $before.TrimEnd('=')
    $value = if ($values["$path $name"]) { $values["$path $name"] } else { $values["* $name"] }
    if ($value) { Get-Offer $value }
    return
  }
  if ($typed -like '-*') {
    foreach ($option in $own) { New-Offer $option[1] $option[2] 'ParameterName' }
    return
  }
  if ($hasArgument) { return }
  foreach ($command in $commands) { if ($command[0] -ceq $path) { New-Offer $command[1] $command[2] 'Command' } }
  if ($values[$path]) { Get-Offer $values[$path] }
}
`
}

function valueLines(path: string, option: OptionShape): string[] {
  const { values } = option
  return values ? namesOf(option).map((name) => valueLine(`${path} ${name}`, values)) : []
}

function valueLine(key: string, { kind, words }: Values): string {
  return `    ${quoted(key)} = @(${[kind, ...words].map(quoted).join(', ')})`
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
