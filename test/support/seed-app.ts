/** The app around the documents' snippets: its channels, a hub behind a framework with `ctx.get('user')`, and a page that reaches it. */
import type { ProgressEvents } from 'tidewire/server'
import { createHub, type HubOptions } from 'tidewire/server'
import { onTestFinished, vi } from 'vitest'

export interface User {
  readonly id: string
  readonly teams: readonly string[]
  readonly role: string
  readonly subscription: string
  readonly isAdmin: boolean
}

/** What a framework's context has of a request. */
export interface Context {
  get(name: 'user'): User | undefined
}

type Metrics = { cpu: number; memory: number; activeUsers: number; requestsPerSecond: number }

/** The payloads that the snippets use. */
export type AppChannels = {
  notifications: {
    alert: { level: string; message: string; timestamp?: number }
    update: { version: string }
  }
  announcements: { message: unknown }
  'public/news': { message: unknown }
  'users/:id': { message: { text: string; from: string } }
  'teams/:teamId/updates': { message: unknown }
  'admin/logs': { line: string }
  'admin-only': { message: unknown }
  'live-metrics': { message: unknown }
  metrics: { message: { cpu: number; memory: number; disk: number } }
  alerts: { alert: { level: 'info' | 'warning' | 'error'; message: string; timestamp: number } }
  'game/lobby': { player_joined: { name: string } }
  'chat/:roomId': {
    message: { id?: string; text: string; sender?: string; user?: string; timestamp?: number }
    typing: { user: string }
  }
  'dashboard/metrics': { message: Metrics & { timestamp: number } }
  'upload/:uploadId': ProgressEvents
  orders: { new_order: string }
  activity: { new_post: string; new_comment: string }
}

export const ALICE: User = {
  id: 'alice',
  teams: ['blue'],
  role: 'admin',
  subscription: 'premium',
  isAdmin: true,
}

/**
 * The hub of the app, and a page's `fetch` that reaches it as a user: `context` hands the framework's own on, as the documents'
 * rules expect it. Closed when the test ends.
 */
export function createApp(options: HubOptions<null, Context, Context> = {}) {
  const sse = createHub<AppChannels, null, Context, Context>({
    context: (_, c) => c,
    onError: () => {},
    ...options,
  })
  /** Who the page belongs to. */
  const page: { user: User | undefined } = { user: ALICE }
  const requests: Request[] = []
  vi.stubGlobal('fetch', (request: Request) => {
    requests.push(request)
    return sse.fetch(request, { get: () => page.user })
  })
  onTestFinished(async () => {
    await sse.close()
    vi.unstubAllGlobals()
  })
  return { sse, page, requests }
}
