/** The API as a server's author uses it. Each line is one that must compile, or must not. */
import { createServer } from 'node:http'
import express from 'express'
import { type Context, Hono } from 'hono'
import { toNodeHandler } from 'tidewire/node'
import type {
  HubContext,
  Log,
  ProgressOptions,
  SSEAuthorizeCallback,
  SSEChannelConfig,
  SSEEvent,
} from 'tidewire/server'
import {
  channelName,
  createHub,
  createProgressStream,
  createSSEResponse,
  createSSEStream,
  formatSSE,
} from 'tidewire/server'
import { type AppChannels, type ChatMessage, type Equal, is, type Metrics } from './contract.js'

interface User {
  id: string
  role: string
  teams: string[]
  isAdmin: boolean
}
declare function session(request: Request): Promise<User | null>
declare function getSystemMetrics(): Promise<Metrics>
declare const userId: string
declare function claims(request: Request): Promise<{ sub: string; exp: number }>
declare const redis: Log

// 1 ── principal inferred; params inferred ───────────────────────────────────────────────────────
export const sse = createHub({
  identify: (request) => session(request),
  cors: ['https://yourdomain.com'],
  heartbeat: 15000,
})
sse.channel('notifications')
sse.channel('users/:id', ({ principal, request }, { id }) => {
  is<Equal<typeof principal, User | null>>()
  is<Equal<typeof request, Request>>()
  is<Equal<typeof id, string>>()
  return principal?.id === id
})
sse.to('notifications').send('alert', { level: 'info', message: 'Back at noon' })
sse.to(`users/${userId}`).send('message', { text: 'You have a new message', from: 'admin' })
sse.to(channelName('teams/:team/updates', { team: 'red' })).send('joined', { member: 'Ada' })
sse.to('dashboard/metrics').data({ cpu: 0.7, memory: 0.8, activeUsers: 3, requestsPerSecond: 10 })
export const publish = (room: string, message: ChatMessage, sender: string) =>
  sse.to(`chat/${room}`).except(sender, 7).send('message', message)
sse.to('chat/lobby').send('cleared')
console.log(sse.connectionCount, sse.subscriberCount('notifications'), sse.activeChannels)
sse.revoke('chat/lobby', userId)

// 2 ── the seed's rules on Hono: the context is handed on by one line ────────────────────────────
type Env = { Variables: { user: User | undefined } }
const onHono = createHub({ context: (_request, c: Context<Env>) => c })
onHono.channel('users/:id', async (ctx, { id }) => ctx.get('user')?.id === id)
onHono.channel('teams/:team/updates', async (ctx, { team }) => {
  const user = ctx.get('user')
  return user?.teams.includes(team) ?? false
})
onHono.channel('dashboard/metrics', {
  authorize: async (ctx) => ctx.get('user')?.role === 'premium',
  heartbeat: 5000,
})
const adminAuth: SSEAuthorizeCallback<Context<Env>> = async (ctx) => {
  if (!ctx.get('user')?.isAdmin) throw new Error('Insufficient permissions')
  return true
}
onHono.channel('admin/logs', adminAuth)
const config: SSEChannelConfig = { heartbeat: 5000 }
sse.channel('admin/logs', config)
const app = new Hono<Env>()
app.all('/_sse', (c) => onHono.fetch(c.req.raw, c))
app.all('/live', (c) => sse.fetch(c.req.raw, c))

// 2a ── limits, presence, diagnostics, a log of another make, expiring rules, volatile channels ───
export const guarded = createHub({
  identify: async (request) => {
    const { sub, exp } = await claims(request)
    return { id: sub, exp }
  },
  heartbeat: 15_000,
  maxAge: 3_600_000,
  authorizeTimeout: 5000,
  limits: {
    channelsPerConnection: 100,
    connectionsPerPrincipal: 20,
    connections: 10_000,
    bodySize: 65_536,
    eventSize: 262_144,
    backlog: 1_048_576,
  },
  log: redis,
  onJoin: ({ channel, principal }) => {
    is<Equal<typeof principal, { id: string; exp: number }>>()
    console.log(channel, principal.id)
  },
  onLeave: ({ channel, principal }) => console.log(channel, principal.id),
  onDiagnostic: (fact) => console.debug(fact.at, fact.type, fact.channel),
})
guarded.channel('teams/:team/updates', ({ principal }, { team }) => ({
  ok: team !== '',
  expiresAt: principal.exp * 1000,
}))
guarded.channel('chat/:room', { authorize: async () => ({ ok: true }), replay: true })
guarded.channel('dashboard/metrics', { replay: false })
createHub({ log: { maxAge: 300_000, maxEvents: 10_000, maxBytes: 16 * 1024 * 1024 } })

// 2b ── a task's progress into a channel; the id of what was sent ────────────────────────────────
sse.channel('upload/:uploadId')
export async function convert(uploadId: string, steps: (() => Promise<void>)[]) {
  await sse.to(`upload/${uploadId}`).progress(async (update, signal) => {
    for (const [i, step] of steps.entries()) {
      signal.throwIfAborted()
      await step()
      update((100 * (i + 1)) / steps.length, `Step ${i + 1}`)
    }
  })
  const options: ProgressOptions = {
    errorMessage: (error) => (error instanceof RangeError ? error.message : 'failed'),
  }
  await sse
    .to(`upload/${uploadId}`)
    .except(userId)
    .progress(() => {}, options)
  const { id } = await sse.to('notifications').send('update', { version: '2' })
  is<Equal<typeof id, string>>()
  return id
}

// 3 ── Express, node:http ────────────────────────────────────────────────────────────────────────
express().use('/_sse', toNodeHandler(sse))
createServer(toNodeHandler(sse))
const withUser = createHub({ identify: (_request, user: User | null) => user })
express().use(
  '/_sse',
  toNodeHandler(withUser, (req): User | null => (req as { user?: User }).user ?? null),
)

// 4 ── Next.js route handler; Bun, Deno, Workers: second arguments are not mistaken for a context ─
export const GET: (request: Request, route: { params: Promise<object> }) => Promise<Response> =
  sse.fetch
export const POST = sse.fetch
export default { fetch: sse.fetch } satisfies {
  fetch(request: Request, env: object): Promise<Response>
}
export const drain = () =>
  process.once('SIGTERM', () => void sse.drain({ over: 10_000 }).then(() => sse.close()))

// 5 ── no registration: type arguments, or a contract of another hub ─────────────────────────────
const jobs = createHub<
  { 'jobs/:id': { done: { ok: boolean } }; all: { done: { id: string } } },
  User | null
>({ identify: session })
jobs.channel('jobs/:id', ({ principal }) => principal?.isAdmin === true)
const all = jobs.channel('all')
all.send({ type: 'done', data: { id: '7' } })
console.log(all.count())
is<Equal<ReturnType<typeof jobs.channel<'jobs/:id'>>, void>>()
export const refusing = createHub({
  identify: async (request) => (await session(request)) ?? new Response(null, { status: 401 }),
})
refusing.channel('notifications', ({ principal }) => {
  is<Equal<typeof principal, User>>()
  return true
})
refusing.channel('users/:id', (context) => {
  is<Equal<typeof context, HubContext<User>>>()
  return true
})

// 6 ── plain streams: the seeds' utilities and Tova's endpoint ───────────────────────────────────
app.get('/upload', () =>
  createSSEResponse(
    createProgressStream(
      async (update) => {
        for (let i = 0; i <= 100; i += 10) update(i, `Processing... ${i}%`)
      },
      { errorMessage: () => 'The upload could not be read' },
    ),
  ),
)
app.get('/metrics', () =>
  createSSEResponse(
    createSSEStream(async function* () {
      while (true) {
        yield { event: 'metrics', data: await getSystemMetrics() }
        await new Promise((resolve) => setTimeout(resolve, 1000))
      }
    }),
  ),
)
app.get('/events', () =>
  createSSEResponse((send, close) => {
    send({ type: 'connected', data: 'Welcome' })
    const timer = setInterval(() => send({ type: 'update', data: { value: Math.random() } }), 1000)
    setTimeout(close, 10_000)
    return () => clearInterval(timer)
  }),
)
const welcome: SSEEvent = { event: 'welcome', data: { timestamp: Date.now() } }
new TextEncoder().encode(formatSSE(welcome))

export function negatives() {
  // @ts-expect-error wrong channel
  sse.to('notification')
  // @ts-expect-error a pattern is not a name
  sse.to('users/:id')
  // @ts-expect-error wrong event
  sse.to('notifications').send('alarm', {})
  // @ts-expect-error wrong payload
  sse.to('notifications').send('alert', { level: 'loud', message: '' })
  // @ts-expect-error payload missing
  sse.to('notifications').send('alert')
  // @ts-expect-error no 'message' event in this channel
  sse.to('notifications').data({ level: 'info', message: '' })
  // @ts-expect-error a channel without progress events
  sse.to('notifications').progress(() => {})
  // @ts-expect-error wrong verdict
  sse.channel('users/:id', () => ({ allowed: true }))
  // @ts-expect-error unknown limit
  createHub({ limits: { channels: 5 } })
  // @ts-expect-error not in the contract
  sse.channel('orders/:id')
  // @ts-expect-error unknown parameter
  sse.channel('users/:id', (_context, { name }) => name === 'x')
  // @ts-expect-error this hub wants its second argument
  onHono.fetch(new Request('http://x/'))
  // @ts-expect-error a principal must be identifiable
  createHub({ identify: () => ({ name: 'nobody' }) })
  // @ts-expect-error nobody is `null`
  createHub({ identify: () => undefined })
  // @ts-expect-error missing parameter
  channelName('users/:id', {})
  is<Equal<keyof AppChannels & 'nope', never>>()
}
