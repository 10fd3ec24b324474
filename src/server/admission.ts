/** Who a request is from, and whether there is room for another stream. */
import { isClientId, type OpenRequest } from '../hub-protocol.js'
import type { Connection, Connections } from './connections.js'
import { type HubOptions, type Limits, type Principal, principalId } from './options.js'
import { later, Refusal } from './refusal.js'

/** A refusal in the application's own words. */
export class ForeignRefusal {
  readonly response: Response
  constructor(response: Response) {
    this.response = response
  }
}

export interface Visitor {
  readonly principal: Principal
  /** `null`: anonymous. */
  readonly id: string | null
  /** What rules get. */
  readonly context: unknown
}

export interface Admission {
  /** Throws `Refusal`, or `ForeignRefusal` where `identify` returned a response. */
  identify(request: Request, given: unknown): Promise<Visitor>
  /** Throws a `Refusal` where a limit is reached. Gives the stream that the new one replaces, and what it is counted by. */
  admit(
    request: Request,
    given: unknown,
    visitor: Visitor,
    open: OpenRequest,
  ): { readonly replaced: Connection | undefined; readonly key: string | undefined }
}

/** Seconds until a refused stream is worth another try. */
const ROOM_AFTER = { node: 10, principal: 30 }

export function createAdmission(
  options: HubOptions<Principal, unknown, unknown>,
  limits: Limits,
  connections: Connections,
  onError: (error: unknown) => void,
): Admission {
  async function principalOf(request: Request, given: unknown): Promise<Principal> {
    if (!options.identify) return null
    let said: Principal | Response
    try {
      said = await options.identify(request, given)
    } catch (error) {
      onError(error)
      throw new Refusal(401, 'The credentials were refused.')
    }
    if (said instanceof Response) throw new ForeignRefusal(said)
    return said
  }

  /** What a stream is counted by. */
  function keyOf(request: Request, given: unknown, { id }: Visitor): string | undefined {
    if (id !== null) return `principal ${id}`
    const label = options.limitKey?.(request, given) ?? undefined
    return label && `key ${label}`
  }

  return {
    async identify(request, given) {
      const principal = await principalOf(request, given)
      const id = principalId(principal)
      if (isClientId(id))
        throw new TypeError(
          'identify returned an id in the form of a client id ("c~…"), which any page may take for its label. Give principals other ids.',
        )
      const context = options.context
        ? await options.context(request, given, principal)
        : { request, principal }
      return { principal, id, context }
    },

    admit(request, given, visitor, { replaces }) {
      const old = replaces === undefined ? undefined : connections.get(replaces)
      const replaced = old?.session.identity.principal === visitor.id ? old : undefined
      const key = keyOf(request, given, visitor)
      if (connections.size - (replaced ? 1 : 0) >= limits.connections)
        throw later(503, 'This server has no room for another stream.', ROOM_AFTER.node)
      const theirs =
        key === undefined ? 0 : connections.count(key) - (replaced?.key === key ? 1 : 0)
      if (theirs >= limits.connectionsPerPrincipal)
        throw later(
          429,
          `No more than ${limits.connectionsPerPrincipal} streams at once: close one first.`,
          ROOM_AFTER.principal,
        )
      return { replaced, key }
    },
  }
}
