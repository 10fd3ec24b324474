/** The hub without the types of an app: puts its parts together. */
import { nameProblem } from '../contract.js'
import { ChannelError } from '../errors.js'
import { createAdmission } from './admission.js'
import type { SSEAuthorizeCallback } from './authorize.js'
import { createConnections } from './connections.js'
import { createCors } from './cors.js'
import { type Candidate, createEndpoint, type Endpoint } from './endpoint.js'
import { createFrame } from './frame.js'
import { createJournal } from './journal.js'
import { createMemoryLog, type Log, type LogEntry } from './log.js'
import { isFor, type Member } from './member.js'
import { createOpener } from './opener.js'
import {
  checkFunctions,
  type HubOptions,
  type Principal,
  resolveLimits,
  resolveTimes,
} from './options.js'
import { createPatterns, isPlain } from './pattern.js'
import { createPresence } from './presence.js'
import { createRoster } from './roster.js'
import { type ChannelRule, resolveRule } from './rule.js'
import { createTarget, type Sent, type Target } from './target.js'
import { createTimerWheel } from './timer-wheel.js'

/** Without the types of an app. */
interface PlainHub {
  fetch(request: Request, given?: unknown): Promise<Response>
  channel(
    pattern: string,
    rule?: SSEAuthorizeCallback | Partial<ChannelRule>,
  ): { send(event: { type: string; data: unknown }): Promise<Sent>; count(): number } | undefined
  to(name: string): Target
  readonly connectionCount: number
  subscriberCount(name: string): number
  readonly activeChannels: readonly string[]
  revoke(name: string, ...ids: readonly (string | number)[]): void
  drain(options?: { over?: number | undefined }): Promise<void>
  close(): Promise<void>
}

export function buildHub(options: HubOptions<Principal, unknown, unknown>): {
  readonly hub: PlainHub
  readonly endpoint: Endpoint
} {
  checkFunctions(options)
  const limits = resolveLimits(options.limits)
  const times = resolveTimes(options)
  const cors = createCors(options.cors)
  const onError = guarded(options.onError ?? ((error) => console.error(error)))
  const tellFact = guarded(options.onDiagnostic, onError)
  const diagnose = (type: string, details: Readonly<Record<string, unknown>> = {}) =>
    tellFact({ ...details, type, at: Date.now() })

  const ender = new AbortController()
  const wheel = createTimerWheel(onError)
  const patterns = createPatterns<ChannelRule>()
  const connections = createConnections()
  const candidates = new Set<Candidate>()
  const presenceOf = ({ name, receiver }: Member) => ({
    channel: name,
    principal: receiver.principal as Principal,
  })
  const tellJoin = guarded(options.onJoin, onError)
  const tellLeave = guarded(options.onLeave, onError)
  const presence =
    (options.onJoin || options.onLeave) &&
    createPresence(wheel, {
      came: (member) => tellJoin(presenceOf(member)),
      went: (member) => tellLeave(presenceOf(member)),
    })
  const roster = createRoster({
    joined: (member) => presence?.joined(member),
    left: (member) => presence?.left(member),
  })
  const journal = createJournal(isLog(options.log) ? options.log : createMemoryLog(options.log), {
    published: roster.broadcast,
    hole(why, after) {
      diagnose('hole', { why })
      for (const { session } of connections) session.hole(why, after)
    },
    failed: onError,
  })
  const opener = createOpener({
    connections,
    patterns,
    roster,
    journal,
    wheel,
    limits,
    times,
    diagnose,
    onError,
  })
  /** No new streams: until when (`Date.now()`) somebody else will not be here either. */
  let closedUntil: number | undefined

  const endpoint = createEndpoint({
    cors,
    admission: createAdmission(options, limits, connections, onError),
    connections,
    candidates,
    patterns,
    journal,
    limits,
    times,
    closedFor: () => closedUntil && Math.max(1, (closedUntil - Date.now()) / 1000),
    open: opener.open,
    refused: (status, why) => diagnose('refused', { status, why }),
    onError,
  })

  function publish(entry: LogEntry) {
    if (ender.signal.aborted)
      throw new Error(`The hub is closed: '${entry.type}' on '${entry.channel}' was not sent.`)
    if (patterns.find(entry.channel)?.rule.replay !== false) return journal.append(entry)
    roster.broadcast(createFrame(entry, ''))
    return ''
  }

  function to(name: string): Target {
    const problem = nameProblem(name)
    if (problem) throw new TypeError(`to(${JSON.stringify(name)}): this is no channel: ${problem}.`)
    if (!patterns.find(name))
      throw new ChannelError(
        'unknown',
        name,
        `to('${name}'): no declared channel fits this name. Declare it: hub.channel('${name}', …).`,
      )
    const { signal } = ender
    return createTarget(name, { publish, eventSize: limits.eventSize, signal, onError })
  }

  const hub: PlainHub = {
    fetch: (request, given) => endpoint(request, given),
    channel(pattern, rule) {
      patterns.declare(pattern, resolveRule(pattern, rule))
      if (!isPlain(pattern)) return undefined
      return {
        send: ({ type, data }) => to(pattern).send(type, data),
        count: () => roster.count(pattern),
      }
    },
    to,
    get connectionCount() {
      return connections.size
    },
    subscriberCount: roster.count,
    get activeChannels() {
      return roster.channels
    },
    revoke(name, ...ids) {
      const whom = ids.length > 0 ? { only: ids.map(String) } : {}
      // All of them: whose rule has still to answer is on no channel yet.
      for (const { session, membership } of connections)
        if (isFor(whom, session.identity)) membership.revoke(name)
      for (const candidate of candidates)
        if (candidate.name === name && isFor(whom, candidate.identity)) candidate.isRevoked = true
    },
    drain({ over = 5000 } = {}) {
      if (!Number.isFinite(over) || over < 0)
        throw new RangeError(`drain: over is ${String(over)}. Pass ms, 0 or more.`)
      closedUntil = Date.now() + over
      for (const { session } of connections) opener.endSoon(session, over)
      return connections.empty()
    },
    async close() {
      closedUntil ??= Date.now()
      for (const { session } of connections) opener.endNow(session)
      ender.abort(new Error('The hub is closed.'))
      presence?.close()
      wheel.stop()
    },
  }
  return { hub, endpoint }
}

/** Runs user code; what it throws goes to `onError`, or nowhere where that is the one which threw. */
function guarded<A>(
  run: ((value: A) => void) | undefined,
  onError: (error: unknown) => void = () => {},
): (value: A) => void {
  return (value) => {
    try {
      run?.(value)
    } catch (error) {
      onError(error)
    }
  }
}

/** Throws `TypeError` for half a log. */
function isLog(log: Partial<Log> | object | undefined): log is Log {
  if (!log || !('append' in log || 'read' in log)) return false
  const { append, read } = log as Partial<Log>
  if (typeof append === 'function' && typeof read === 'function') return true
  throw new TypeError('createHub: a log has the functions "append" and "read".')
}
