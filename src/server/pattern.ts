/** Channel patterns: `users/:id`, `files/:user/*path`. Segments, never regular expressions; parameters are bound by position. */
import { nameProblem } from '../contract.js'

export type Params = { readonly [name: string]: string }

export interface Match<R> {
  readonly rule: R
  readonly params: Params
}

export interface Patterns<R> {
  /** Throws `TypeError` for a malformed pattern, or one that fits exactly the names of another. */
  declare(pattern: string, rule: R): void
  /** What was declared for a name; a plain segment beats a parameter, a parameter beats a rest, from the left. */
  find(name: string): Match<R> | undefined
}

type Segment =
  | { readonly kind: 'plain'; readonly text: string }
  | { readonly kind: 'param' | 'rest'; readonly name: string }

interface Declared<R> {
  readonly pattern: string
  readonly segments: readonly Segment[]
  /** Sorts the more particular pattern first, and is equal for two that fit the same names. */
  readonly shape: string
  readonly rule: R
}

export function createPatterns<R>(): Patterns<R> {
  const plain = new Map<string, R>()
  const patterns: Declared<R>[] = []

  return {
    declare(pattern, rule) {
      const segments = parsePattern(pattern)
      const shape = segments.map(shapeOf).join('/')
      const same = patterns.find((other) => other.shape === shape)?.pattern
      if (plain.has(pattern) || same !== undefined)
        throw new TypeError(
          `channel('${pattern}'): ${same && same !== pattern ? `'${same}', which fits the same names, ` : 'it '}is declared already. Declare it once.`,
        )
      if (segments.every(({ kind }) => kind === 'plain')) plain.set(pattern, rule)
      else {
        patterns.push({ pattern, segments, shape, rule })
        patterns.sort((a, b) => (a.shape < b.shape ? -1 : 1))
      }
    },
    find(name) {
      if (nameProblem(name)) return undefined
      const rule = plain.get(name)
      if (rule !== undefined) return { rule, params: {} }
      const parts = name.split('/')
      for (const declared of patterns) {
        const params = bind(declared.segments, parts)
        if (params) return { rule: declared.rule, params }
      }
      return undefined
    },
  }
}

/** Whether a pattern stands for one name, its own. */
export function isPlain(pattern: string): boolean {
  return !/(^|\/)[:*]/.test(pattern)
}

function parsePattern(pattern: string): Segment[] {
  const refuse = (problem: string) => new TypeError(`channel('${pattern}'): ${problem}.`)
  if (typeof pattern !== 'string') throw refuse('a pattern is a string')
  const names = new Set<string>()
  const parts = pattern.split('/')
  const segments = parts.map((part, at): Segment => {
    if (!/^[:*]/.test(part)) return { kind: 'plain', text: part }
    const name = part.slice(1)
    if (!/^[A-Za-z_]\w*$/.test(name))
      throw refuse(`"${part}" needs a name of letters, digits and _, as in ":id" or "*path"`)
    if (names.has(name)) throw refuse(`the parameter "${name}" occurs twice`)
    names.add(name)
    if (part.startsWith(':')) return { kind: 'param', name }
    if (at < parts.length - 1) throw refuse(`"${part}" takes all that is left, so it comes last`)
    return { kind: 'rest', name }
  })
  const problem = nameProblem(parts.map((part) => part.replace(/^[:*]/, '')).join('/'))
  if (problem) throw refuse(`it cannot be part of a name: ${problem}`)
  return segments
}

/** In the order of the letters: plain before param before rest. */
function shapeOf(segment: Segment): string {
  return segment.kind === 'plain' ? `a${segment.text}` : segment.kind === 'param' ? 'b' : 'c'
}

function bind(segments: readonly Segment[], parts: readonly string[]): Params | undefined {
  const open = segments.at(-1)?.kind === 'rest'
  if (open ? parts.length < segments.length : parts.length !== segments.length) return undefined
  const params: [string, string][] = []
  for (const [at, segment] of segments.entries()) {
    const part = parts[at] as string
    if (segment.kind === 'plain') {
      if (segment.text !== part) return undefined
    } else params.push([segment.name, segment.kind === 'param' ? part : parts.slice(at).join('/')])
  }
  return Object.fromEntries(params)
}
