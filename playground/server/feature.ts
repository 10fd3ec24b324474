/** What the server is made of: each feature has channels on the hub, or routes below `/api`, or both. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Hub, HubContext, Presence } from '../../src/server/index.js'
import type { AppChannels } from '../contract.js'
import type { Visitor } from './visitors.js'

export type AppHub = Hub<AppChannels, HubContext<Visitor>, ServerResponse>

/** What features know of the whole. */
export interface App {
  /** That of the moment: a restart brings another, and so does a drain. */
  readonly hub: AppHub
  /** Events in the hub's log, and events that it ever had. */
  readonly log: { readonly size: number; readonly end: number }
}

export interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** The path below `/api`. */
  readonly path: string
  /** What follows the name of the route. */
  readonly rest: string
  readonly visitor: Visitor
}

export type Route = (exchange: Exchange) => void | Promise<void>

export interface Feature {
  /** By method and first segment: `'GET rooms'`. */
  readonly routes?: Readonly<Record<string, Route>>
  /** Declares its channels; called with every new hub. */
  declare?(hub: AppHub): void
  /** Somebody is on a channel of a hub, or has left it. While a hub drains there are two. */
  came?(presence: Presence<Visitor>): void
  went?(presence: Presence<Visitor>): void
}
