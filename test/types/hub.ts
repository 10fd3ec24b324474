/** What a hub takes and gives, with a contract and without one. */
import {
  channelName,
  createHub,
  type Hub,
  type HubContext,
  type Log,
  type ProgressEvents,
  type ProgressOptions,
  type SSEAuthorizeCallback,
  type SSEChannelConfig,
} from 'tidewire/server'
import { type Equal, is } from './equal.js'

interface ChatMessage {
  id: string
  text: string
}
type AppChannels = {
  notifications: {
    alert: { level: 'info' | 'warning'; message: string }
    update: { version: string }
  }
  'users/:id': { message: { text: string; from: string } }
  'teams/:team/updates': { joined: { member: string } }
  'chat/:room': { message: ChatMessage; cleared: undefined }
  'files/:user/*path': { changed: { size: number } }
  'dashboard/metrics': { message: { cpu: number } }
  'upload/:uploadId': ProgressEvents
  'admin/logs': { line: string }
}
interface User {
  id: string
  role: string
  isAdmin: boolean
}
declare function session(request: Request): Promise<User | null>
declare function claims(request: Request): Promise<{ sub: string; exp: number }>
declare const redis: Log
declare const userId: string

const sse = createHub<AppChannels, User | null>({
  identify: (request) => session(request),
  cors: ['https://yourdomain.example'],
  heartbeat: 15_000,
})

export function declaring() {
  sse.channel('notifications')
  sse.channel('users/:id', ({ principal, request }, { id }) => {
    is<Equal<typeof principal, User | null>>()
    is<Equal<typeof request, Request>>()
    is<Equal<typeof id, string>>()
    return principal?.id === id
  })
  sse.channel('files/:user/*path', (_context, { user, path }) => {
    is<Equal<typeof path, string>>()
    return user !== ''
  })
  const pattern = sse.channel('teams/:team/updates')
  is<Equal<typeof pattern, ReturnType<() => void>>>()
  const config: SSEChannelConfig = { heartbeat: 5000, replay: false, headers: { 'x-a': 'b' } }
  sse.channel('admin/logs', config)
  const logs = sse.channel('dashboard/metrics')
  void logs.send({ type: 'message', data: { cpu: 1 } })
  is<Equal<ReturnType<typeof logs.count>, number>>()
}

export async function sending() {
  void sse.to('notifications').send('alert', { level: 'info', message: 'Back at noon' })
  void sse.to(`users/${userId}`).send('message', { text: 'You have a new message', from: 'admin' })
  void sse.to(channelName('teams/:team/updates', { team: 'red' })).send('joined', { member: 'Ada' })
  void sse
    .to(channelName('files/:user/*path', { user: 'a', path: 'b/c' }))
    .send('changed', { size: 1 })
  void sse.to('files/ann/a/b.txt').send('changed', { size: 1 })
  void sse.to('dashboard/metrics').data({ cpu: 0.7 })
  void sse.to('chat/lobby').send('cleared')
  void sse.to('chat/lobby').except(userId, 7).only('x').send('message', { id: '1', text: '' })
  sse.revoke('chat/lobby', userId)
  const options: ProgressOptions = { errorMessage: (error) => String(error) }
  await sse.to('upload/1').progress(async (update, signal) => {
    signal.throwIfAborted()
    update(10, 'Step 1')
  }, options)
  const { id } = await sse.to('notifications').send('update', { version: '2' })
  is<Equal<typeof id, string>>()
}

export function contexts() {
  interface Context {
    get(key: 'user'): User | undefined
    req: { raw: Request }
  }
  const hub = createHub<AppChannels, null, Context, Context>({ context: (_request, c) => c })
  hub.channel('users/:id', async (ctx, { id }) => ctx.get('user')?.id === id)
  const adminAuth: SSEAuthorizeCallback<Context> = async (ctx) => ctx.get('user')?.isAdmin === true
  hub.channel('admin/logs', adminAuth)
  // @ts-expect-error this hub wants its second argument
  void hub.fetch(new Request('http://x/'))

  const inferred = createHub({ context: (_request, c: Context) => c })
  inferred.channel('users/:id', (ctx, { id }) => ctx.get('user')?.id === id)

  const refusing = createHub({
    identify: async (request) => (await session(request)) ?? new Response(null, { status: 401 }),
  })
  refusing.channel('a', (context) => {
    is<Equal<typeof context, HubContext<User>>>()
    return true
  })
  const guarded = createHub({
    identify: async (request) => {
      const { sub, exp } = await claims(request)
      return { id: sub, exp }
    },
    limits: { channelsPerConnection: 100, backlog: 1_048_576 },
    log: redis,
    onJoin: ({ channel, principal }) => {
      is<Equal<typeof principal, { id: string; exp: number }>>()
      is<Equal<typeof channel, string>>()
    },
    onDiagnostic: (fact) => console.debug(fact.at, fact.type, fact.channel),
  })
  guarded.channel('teams/:team', ({ principal }, { team }) => ({
    ok: team !== '',
    expiresAt: principal.exp * 1000,
  }))
}

export function handingOn() {
  const hub = createHub()
  const GET: (request: Request, route: { params: Promise<object> }) => Promise<Response> = hub.fetch
  const worker = { fetch: hub.fetch } satisfies {
    fetch(request: Request, env: object): Promise<Response>
  }
  const any: Hub = hub
  return { GET, worker, any }
}

export function withoutAContract() {
  const hub = createHub()
  hub.channel('anything/:id', (_context, { id }) => id !== '')
  void hub.to('anything/7').send('whatever', { of: 'any kind' })
  void hub.to('anything/7').data(1)
  void hub.to('anything/7').progress((update) => update(1))
}

export function negatives() {
  // @ts-expect-error wrong channel
  sse.to('notification')
  // @ts-expect-error a pattern is not a name
  sse.to('users/:id')
  // @ts-expect-error a pattern is not a name
  sse.to('files/ann/*path')
  // @ts-expect-error too many segments
  sse.to('users/1/2')
  // @ts-expect-error wrong event
  void sse.to('notifications').send('alarm', {})
  // @ts-expect-error wrong payload
  void sse.to('notifications').send('alert', { level: 'loud', message: '' })
  // @ts-expect-error payload missing
  void sse.to('notifications').send('alert')
  // @ts-expect-error no 'message' event in this channel
  void sse.to('notifications').data({ level: 'info', message: '' })
  // @ts-expect-error a channel without progress events
  void sse.to('notifications').progress(() => {})
  // @ts-expect-error wrong verdict
  sse.channel('users/:id', () => ({ allowed: true }))
  // @ts-expect-error unknown limit
  createHub({ limits: { channels: 5 } })
  // @ts-expect-error not in the contract
  sse.channel('orders/:id')
  // @ts-expect-error unknown parameter
  sse.channel('users/:id', (_context, { name }) => name === 'x')
  // @ts-expect-error a principal must be identifiable
  createHub({ identify: () => ({ name: 'nobody' }) })
  // @ts-expect-error nobody is `null`
  createHub({ identify: () => undefined })
  // @ts-expect-error missing parameter
  channelName('users/:id', {})
}
