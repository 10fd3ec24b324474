/** Sources shared by what they request, so that two components with the same endpoint cost one connection. */
import type { UntypedEvents } from '../contract.js'
import { resolveURL } from '../event-stream/url.js'
import { buildSource, type Source, type SourceOptions } from './source.js'

/** Options of `useSSE`. Times are ms. */
export interface SharedSourceOptions<E = UntypedEvents> extends SourceOptions<E> {
  /** Who gives the same key shares one source, whatever else differs; the first one's url and options are used. */
  key?: string | undefined
}

/** A source and those who hold it. */
export interface PooledSource<E> {
  /** What is shared. */
  readonly source: Source<E>
  /** Holds with these options. Those of the first holder are in force; once it has left, those of the next. */
  enter(options: () => SharedSourceOptions<E>): () => void
  /** For who comes back: what the others hold meanwhile, or else itself. */
  current(): PooledSource<E>
}

/** Sources by what they request. */
export interface SourcePool {
  /**
   * GET: the same source for the same resolved URL, method, credentials and plain values among the options. Other methods are never
   * shared. `options` is called whenever one of them is needed.
   */
  find<E extends object>(url: string | URL, options: () => SharedSourceOptions<E>): PooledSource<E>
}

/** `shares`: false where the people whose requests are answered must not meet, as on a server. */
export function createSourcePool(shares: boolean): SourcePool {
  // Weak, so that a source which was asked for but never held costs nothing.
  const known = new Map<string, WeakRef<PooledSource<never>>>()

  function shared<E>(key: string | undefined): PooledSource<E> | undefined {
    const pooled = key === undefined ? undefined : known.get(key)?.deref()
    if (!pooled || isClosed(pooled)) return undefined
    return pooled as unknown as PooledSource<E>
  }

  function build<E extends object>(
    key: string | undefined,
    url: string | URL,
    asked: () => SharedSourceOptions<E>,
  ): PooledSource<E> {
    const holders = new Set<() => SharedSourceOptions<E>>()
    let chosen = asked
    const inForce: SharedSourceOptions<E> = new Proxy(
      {},
      { get: (_, name) => Reflect.get(chosen(), name) },
    )

    const pooled: PooledSource<E> = {
      source: buildSource<E>(url, inForce, {
        name: 'useSSE',
        released() {
          if (key !== undefined && known.get(key)?.deref() === (pooled as unknown))
            known.delete(key)
        },
      }),
      enter(options) {
        holders.add(options)
        if (!holders.has(chosen)) chosen = options
        return () => {
          holders.delete(options)
          // The last one's stay, for what is still under way.
          if (chosen === options) chosen = holders.values().next().value ?? options
        }
      },
      current: () => (isClosed(pooled) ? pooled : (shared<E>(key) ?? remember(key, pooled))),
    }
    return pooled
  }

  function remember<E>(key: string | undefined, pooled: PooledSource<E>): PooledSource<E> {
    if (key === undefined) return pooled
    for (const [other, ref] of known) if (!ref.deref()) known.delete(other)
    known.set(key, new WeakRef(pooled as unknown as PooledSource<never>))
    return pooled
  }

  return {
    find<E extends object>(url: string | URL, options: () => SharedSourceOptions<E>) {
      const key = shares ? sharingKey(url, options()) : undefined
      return shared<E>(key) ?? remember(key, build(key, url, options))
    },
  }
}

/** Closed is closed for those who hold it; who asks now begins anew. */
function isClosed<E>({ source }: PooledSource<E>): boolean {
  return source.status.peek() === 'closed'
}

function sharingKey<E>(url: string | URL, options: SharedSourceOptions<E>): string | undefined {
  const { key, method, body, headers, credentials = 'same-origin' } = options
  if (key !== undefined) return key
  if (body != null || String(method ?? 'GET').toUpperCase() !== 'GET') return undefined
  // A schema is as good as a function.
  const { method: _, schema: __, ...rest } = options
  const plain = Object.entries({ ...rest, credentials, headers: headersAlike(headers) })
    .filter(([, value]) => value !== undefined && typeof value !== 'function')
    .map(([name, value]) => [name, Object(value) === value ? identity(value as object) : value])
    .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1))
  return JSON.stringify([resolveURL(url), plain])
}

/** One text for headers in any form. */
function headersAlike(headers: SharedSourceOptions['headers']): string | undefined {
  if (!headers || typeof headers === 'function') return undefined
  const pairs = Symbol.iterator in headers ? [...headers] : Object.entries(headers)
  return JSON.stringify(pairs.map(([name = '', value]) => [name.toLowerCase(), value]).sort())
}

const identities = /* @__PURE__ */ new WeakMap<object, number>()
let identified = 0

function identity(value: object): number {
  const known = identities.get(value) ?? ++identified
  identities.set(value, known)
  return known
}

const pools = /* @__PURE__ */ new WeakMap<object, SourcePool>()

/** The pool of those who are given the same client; without one, of the page. */
export function sourcePoolOf(client: object = pools): SourcePool {
  const pool = pools.get(client) ?? createSourcePool(typeof document !== 'undefined')
  pools.set(client, pool)
  return pool
}
