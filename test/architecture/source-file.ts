import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path/posix'
import ts from 'typescript'

/** One thing that a file asks another for. */
export interface Import {
  /** A path inside src such as `vault/lock.ts`, or a package such as `node:fs`, `jose`, `@aws-sdk/client-sts`. */
  from: string
  kind: 'value' | 'type' | 'lazy'
}

/** What the rules look at in a file of src. */
export interface SourceFile {
  /** Inside src, with forward slashes. */
  path: string
  lines: number
  text: string
  imports: Import[]
  exportsDefault: boolean
  /** Global state of the process that it reads or writes: `process.env`, `Date.now()`, `new Date()`. */
  touches: string[]
  /** How often it takes the value out of a Secret. */
  reveals: number
}

/** Every TypeScript file of src. */
export function readSources(folder: URL): SourceFile[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => path.replaceAll('\\', '/'))
    .toSorted()
    .map((path) => parseSource(path, readFileSync(new URL(path, folder), 'utf8')))
}

/** Reads one file with the compiler's own parser: comments and texts are never taken for code. */
export function parseSource(path: string, text: string): SourceFile {
  const file: SourceFile = {
    path,
    lines: text.split('\n').length - (text.endsWith('\n') ? 1 : 0),
    text,
    imports: [],
    exportsDefault: false,
    touches: [],
    reveals: 0,
  }
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true)
  const ownNames = namesDeclaredIn(tree)
  const visit = (node: ts.Node): void => {
    inspect(node, { file, ownNames })
    ts.forEachChild(node, visit)
  }
  visit(tree)
  return file
}

function inspect(node: ts.Node, into: { file: SourceFile; ownNames: Set<string> }): void {
  const { file, ownNames } = into
  const add = (specifier: ts.Expression | undefined, kind: Import['kind']) => {
    if (specifier && ts.isStringLiteralLike(specifier))
      file.imports.push({ from: resolve(file.path, specifier.text), kind })
    else file.imports.push({ from: 'a path that is computed', kind })
  }
  if (ts.isImportDeclaration(node)) {
    const isType = node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword
    add(node.moduleSpecifier, isType ? 'type' : 'value')
  } else if (ts.isExportDeclaration(node) && node.moduleSpecifier) {
    add(node.moduleSpecifier, node.isTypeOnly ? 'type' : 'value')
  } else if (ts.isCallExpression(node)) {
    const {
      expression,
      arguments: [first],
    } = node
    if (expression.kind === ts.SyntaxKind.ImportKeyword) add(first, 'lazy')
    else if (ts.isIdentifier(expression) && expression.text === 'require') add(first, 'value')
  } else if (ts.isNewExpression(node) && isNamed(node.expression, 'Date') && !node.arguments?.length) {
    file.touches.push('new Date()')
  } else if (ts.isPropertyAccessExpression(node)) {
    if (isNamed(node.expression, 'Date') && node.name.text === 'now') file.touches.push('Date.now')
    if (node.name.text === 'reveal') file.reveals += 1
  } else if (ts.isExportAssignment(node) || node.kind === ts.SyntaxKind.DefaultKeyword) {
    const isSwitch = ts.isDefaultClause(node.parent) || ts.isCaseBlock(node.parent)
    if (!isSwitch) file.exportsDefault = true
  }
  if (isNamed(node, 'process') && !ownNames.has('process') && isRead(node)) {
    const { parent } = node
    const property = ts.isPropertyAccessExpression(parent) ? `.${parent.name.text}` : ''
    file.touches.push(`process${property}`)
  }
}

function isNamed(node: ts.Node, name: string): node is ts.Identifier {
  return ts.isIdentifier(node) && node.text === name
}

/** Whether an identifier stands for a value, rather than naming a property, a key or a type. */
function isRead(node: ts.Identifier): boolean {
  const { parent } = node
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node
  if (ts.isPropertyAssignment(parent) || ts.isPropertySignature(parent)) return parent.name !== node
  return !ts.isTypeReferenceNode(parent) && !ts.isQualifiedName(parent)
}

function namesDeclaredIn(tree: ts.SourceFile): Set<string> {
  const names = new Set<string>()
  const visit = (node: ts.Node): void => {
    if ((ts.isVariableDeclaration(node) || ts.isParameter(node)) && ts.isIdentifier(node.name))
      names.add(node.name.text)
    ts.forEachChild(node, visit)
  }
  visit(tree)
  return names
}

function resolve(path: string, specifier: string): string {
  if (specifier.startsWith('.')) return normalize(join(dirname(path), specifier))
  // The part of a specifier that is the package: `jose/jwt` is `jose`.
  return /^(node:[^/]+|@[^/]+\/[^/]+|[^/]+)/.exec(specifier)?.[0] ?? specifier
}
