/** Sources shared by what they request, so that two components with the same endpoint cost one connection. */

import type { UntypedEvents } from '../contract.js'
import { resolveURL } from '../event-stream/url.js'
import { buildSource, type Source, type SourceOptions } from './source.js'

export interface SharedSourceOptions<E = UntypedEvents> extends SourceOptions<E> {
  /** Shares with whoever gives the same key, whatever else differs. */
  key?: string | undefined
}

/** For bindings: hands out sources that live while watched, whatever their verbs did. */
export interface SourcePool {
  /**
   * GET: the same source for the same resolved URL, method, credentials and plain values among the options; of the functions among
   * them those of the first holder are used. Other methods are never shared.
   */
  source<E extends object = UntypedEvents>(
    url: string | URL,
    options?: SharedSourceOptions<E>,
  ): Source<E>
}

export function createSourcePool(): SourcePool {
  // Weak, so that a source which was asked for but never watched costs nothing.
  const shared = new Map<string, WeakRef<Source<never>>>()

  return {
    source<E extends object>(url: string | URL, options: SharedSourceOptions<E> = {}) {
      const key = keyOf(url, options)
      const known = key === undefined ? undefined : shared.get(key)?.deref()
      if (known) return known as unknown as Source<E>

      const source = buildSource<E>(url, options, {
        watchedOnly: true,
        released() {
          if (key !== undefined && shared.get(key)?.deref() === (source as unknown))
            shared.delete(key)
        },
      })
      if (key !== undefined) {
        for (const [other, ref] of shared) if (!ref.deref()) shared.delete(other)
        shared.set(key, new WeakRef(source as unknown as Source<never>))
      }
      return source
    },
  }
}

function keyOf<E>(url: string | URL, options: SharedSourceOptions<E>): string | undefined {
  const { key, method, body } = options
  if (key !== undefined) return key
  if (body != null || (method ?? 'GET').toUpperCase() !== 'GET') return undefined
  const plain = Object.entries(options)
    .filter(([, value]) => value !== undefined && typeof value !== 'function')
    .map(([name, value]) => [name, plainValue(value)])
    .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1))
  return JSON.stringify([resolveURL(url), plain])
}

/** Headers in any form read alike; a signal or a schema is itself and equal to nothing else. */
function plainValue(value: unknown): unknown {
  if (value instanceof Headers) return [...value]
  if (value === null || typeof value !== 'object') return value
  return Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype
    ? value
    : identity(value)
}

const identities = /* @__PURE__ */ new WeakMap<object, number>()
let identified = 0

function identity(value: object): number {
  const known = identities.get(value) ?? ++identified
  identities.set(value, known)
  return known
}
