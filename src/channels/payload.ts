/** The schemas of a channel's events, found by its name. */
import type { EventSchemas } from '../contract.js'

/** A synchronous Standard Schema per channel pattern and event type; a partial map is fine. */
export type ChannelSchemas<C> = { readonly [P in keyof C]?: EventSchemas<C[P]> }

type Schemas = EventSchemas<{ readonly [type: string]: unknown }>

/** A plain name wins over a pattern; of patterns the first one that fits. */
export function createSchemaFinder(
  schemas: object | undefined,
): (name: string) => Schemas | undefined {
  const known = new Map(Object.entries(schemas ?? {}) as [string, Schemas][])
  const patterns = [...known].map(([pattern, found]) => ({ fits: matcher(pattern), found }))
  return (name) => known.get(name) ?? patterns.find(({ fits }) => fits.test(name))?.found
}

/** `:id` stands for one segment, a last `*rest` for one or more. */
function matcher(pattern: string): RegExp {
  const segments = pattern.split('/').map((segment) => {
    if (segment[0] === ':') return '[^/]+'
    return segment[0] === '*' ? '.+' : segment.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  })
  return new RegExp(`^${segments.join('/')}$`)
}
