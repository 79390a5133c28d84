/** Data that an imported file holds, and where in it something stands. Pure. */

/** JSON's values; an object is a Map, in which no name means anything. */
export type Literal = string | number | boolean | null | Literal[] | LiteralObject

/** An object's members, in their order. */
export type LiteralObject = ReadonlyMap<string, Literal>

/** A value that is no list and no object, with the path to it: `auth.oauth.scopes[0]`. */
export interface Leaf {
  value: string | number | boolean | null
  where: string
  /** Names of the members on the way to it, the outermost first. */
  names: string[]
}

/** Whether a value is an object. */
export function isObject(value: Literal | undefined): value is LiteralObject {
  return value instanceof Map
}

/** The value at a path of names parted by dots; undefined where there is none. */
export function valueAt(root: Literal, path: string): Literal | undefined {
  return path
    .split('.')
    .reduce<Literal | undefined>((value, name) => (isObject(value) ? value.get(name) : undefined), root)
}

/** The leaves at a path of names parted by dots, of which `*` stands for any; lists on the way are gone through. */
export function leavesAt(root: Literal, path: string): Leaf[] {
  const names = path === '' ? [] : path.split('.')
  return [...branchesAt(root, names, { where: '', names: [] })].flatMap(({ value, way }) =>
    isObject(value) ? [] : leavesOf(value, way).filter((leaf) => leaf.names.length === way.names.length),
  )
}

interface Way {
  where: string
  names: string[]
}

function* branchesAt(value: Literal, rest: string[], way: Way): Generator<{ value: Literal; way: Way }> {
  const [name, ...further] = rest
  if (name === undefined) yield { value, way }
  else if (isObject(value)) {
    for (const [key, member] of value)
      if (name === '*' || name === key) yield* branchesAt(member, further, below(way, key))
  }
}

/** Every leaf below a value. */
export function leavesOf(value: Literal, way: Way = { where: '', names: [] }): Leaf[] {
  if (isObject(value)) return [...value].flatMap(([name, member]) => leavesOf(member, below(way, name)))
  if (Array.isArray(value))
    return value.flatMap((item, index) => leavesOf(item, { ...way, where: `${way.where}[${index}]` }))
  return [{ value, ...way }]
}

const LONGEST_NAME = 100

/** The way to a member. */
export function below(way: Way, name: string): Way {
  // A path is for people to look at.
  const shown = name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}...` : name
  const isPlain = /^[\w$-]+$/.test(shown)
  const dot = way.where === '' ? '' : '.'
  return {
    where: isPlain ? `${way.where}${dot}${shown}` : `${way.where}[${JSON.stringify(shown)}]`,
    names: [...way.names, name],
  }
}
