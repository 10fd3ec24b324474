/** The hub with all of its features, and the ways to put another one in its place. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createHub, type HubContext } from '../../src/server/index.js'
import { type NodeHandler, toNodeHandler } from '../../src/server/node.js'
import type { AppChannels } from '../contract.js'
import type { App, AppHub, Feature } from './feature.js'
import { createForgetfulLog, type ForgetfulLog } from './log.js'
import { answers } from './refusal.js'
import { Refused } from './refused.js'
import { addStream, checkToken, lineOf, type Visitor, type Visitors } from './visitors.js'

/** Milliseconds, so that a person can see it. */
const DRAIN_TAKES = 3000

export interface RunningApp extends App {
  readonly features: readonly Feature[]
  /** Answers at the hub's address. */
  readonly answer: NodeHandler<IncomingMessage>
  /** A new hub, an empty log. */
  restart(): void
  /** A new hub, the same log. */
  drain(): void
  /** The log forgets. */
  forget(): void
}

export function createApp(
  visitors: Visitors,
  makeFeatures: (app: App) => readonly Feature[],
): RunningApp {
  const app: RunningApp = {
    get hub() {
      return live.hub
    },
    get log() {
      return live.log
    },
    get features() {
      return features
    },
    answer: (request, response) => live.answer(request, response),
    restart() {
      const { hub } = live
      live = start(createForgetfulLog())
      void hub.close()
    },
    drain() {
      const { hub, log } = live
      // The same log, so that whoever comes from the old hub misses nothing.
      live = start(log)
      void hub.drain({ over: DRAIN_TAKES }).then(hub.close)
    },
    forget: () => live.log.forget(),
  }
  const features = makeFeatures(app)

  function start(log: ForgetfulLog) {
    const hub = createAppHub(log, visitors, features)
    return { hub, log, answer: toNodeHandler(hub, (_request, response) => response) }
  }
  let live = start(createForgetfulLog())
  return app
}

function createAppHub(log: ForgetfulLog, visitors: Visitors, features: readonly Feature[]): AppHub {
  const hub: AppHub = createHub<AppChannels, Visitor, HubContext<Visitor>, ServerResponse>({
    identify({ headers }, answer) {
      try {
        const visitor = visitors.get(headers.get('x-client'), headers.get('x-name') ?? undefined)
        const line = lineOf(visitor, '/_sse')
        // What changes the channels of an open stream asks for no stream.
        const opens = headers.get('accept')?.includes('text/event-stream')
        checkToken(visitor, headers.get('authorization'))
        const refusal = opens && line.refusals.shift()
        if (refusal) return new Response(answers[refusal].text, answers[refusal])
        if (opens) addStream(visitor, line, answer, true)
        return visitor
      } catch (error) {
        if (error instanceof Refused) return new Response(error.message, { status: error.status })
        throw error
      }
    },
    log,
    // Short, so that a stream that went silent is found out while somebody looks.
    heartbeat: 2000,
    onError(error) {
      if (!(error instanceof Refused)) console.error(error)
    },
    onJoin(presence) {
      for (const feature of features) feature.came?.(presence)
    },
    onLeave(presence) {
      for (const feature of features) feature.went?.(presence)
    },
  })
  for (const feature of features) feature.declare?.(hub)
  return hub
}
