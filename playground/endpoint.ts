/** The playground's server as a Vite plugin: live events, a token stream and faults on demand below `/api`, and the hub at `/_sse`. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import type { Plugin, PreviewServer, ViteDevServer } from 'vite'
import { formatSSE } from '../src/server/index.js'
import { type AnswerEvents, faults } from './contract.js'
import { answer } from './endpoint/answer.js'
import { readJSON, sendJSON } from './endpoint/json.js'
import { createLiveLog } from './endpoint/log.js'
import {
  addStream,
  breakPage,
  createPages,
  lineOf,
  type Page,
  type Refusal,
  statusOf,
} from './endpoint/pages.js'
import { Refused } from './endpoint/refused.js'
import { type OpenStream, openStream } from './endpoint/stream.js'
import { createService } from './hub/service.js'

export interface EndpointOptions {
  /** Milliseconds between two live events. Default 1000. */
  every?: number
}

export function endpoint(options: EndpointOptions = {}): Plugin {
  const mount = (server: ViteDevServer | PreviewServer) => {
    const { stream, api } = createService()
    server.middlewares.use('/_sse', stream)
    server.middlewares.use('/api', api)
    server.middlewares.use('/api', createHandler(options))
  }
  return { name: 'tidewire-playground', configureServer: mount, configurePreviewServer: mount }
}

const HOUR = 3600
const TOKEN_EVERY = 35
const LONGEST_PROMPT = 400
const RETRY_AFTER = 2
/** How long a new token takes, so that a person can see the wait. */
const REFRESH_TAKES = 900

type Route = (exchange: Exchange) => void | Promise<void>
interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly path: string
  readonly page: Page
}

function createHandler({ every = 1000 }: EndpointOptions) {
  const log = createLiveLog({ every, size: HOUR })
  const pages = createPages()

  const routes: Record<string, Route> = {
    'GET /events'(exchange) {
      const stream = open(exchange)
      if (!stream) return
      for (const block of log.since(lastEventId(exchange))) stream.send(block)
      stream.closed.addEventListener('abort', log.follow(stream.send))
    },

    async 'POST /answer'(exchange) {
      const { prompt } = await readJSON(exchange.request)
      if (typeof prompt !== 'string' || !prompt.trim() || prompt.length > LONGEST_PROMPT)
        throw new Refused(400, `A prompt has 1 to ${LONGEST_PROMPT} characters.`)
      const stream = open(exchange)
      if (stream) await write(stream, answer(prompt.trim()), Number(lastEventId(exchange)) || 0)
    },

    async 'POST /break'({ request, response, page }) {
      const { fault } = await readJSON(request)
      const known = faults.find((name) => name === fault)
      if (!known) throw new Refused(400, `A fault is one of ${faults.join(', ')}.`)
      breakPage(page, known)
      sendJSON(response, 200, statusOf(page))
    },

    async 'POST /refresh'({ response, page }) {
      await delay(REFRESH_TAKES)
      sendJSON(response, 200, { token: page.token ?? '' })
    },

    'GET /status'({ response, page }) {
      sendJSON(response, 200, statusOf(page))
    },
  }

  return async (request: IncomingMessage, response: ServerResponse) => {
    try {
      const { pathname: path } = new URL(`http://localhost${request.url}`)
      // What follows `/events` only tells the streams of a page apart.
      const route = routes[`${request.method} /${path.split('/')[1]}`]
      if (!route) throw new Refused(404, `There is no ${request.method} ${path} here.`)
      const page = pages.get(request.headers['x-client'] ?? 'anonymous')
      await route({ request, response, path, page })
    } catch (error) {
      const status = error instanceof Refused ? error.status : 500
      sendJSON(response, status, { error: error instanceof Error ? error.message : String(error) })
    }
  }
}

/** A stream of the page that asks; undefined where the attempt got another answer. */
function open({ request, response, path, page }: Exchange): OpenStream | undefined {
  const line = lineOf(page, path)
  if (page.token && request.headers.authorization !== `Bearer ${page.token}`)
    throw new Refused(401, 'The token has expired.')
  const refusal = line.refusals.shift()
  if (refusal) {
    refuse[refusal](response)
    return undefined
  }
  const stream = openStream(response, request.method === 'GET')
  addStream(page, line, stream)
  return stream
}

const lastEventId = ({ request }: Exchange) => request.headers['last-event-id']?.toString()

/** Tokens as events, each with its place as the id. Stops when the client leaves. */
async function write(stream: OpenStream, tokens: readonly string[], from: number): Promise<void> {
  const send = <T extends keyof AnswerEvents>(at: number, type: T, data: AnswerEvents[T]) =>
    stream.send(formatSSE({ type, id: String(at), data }))

  for (const [index, text] of tokens.entries()) {
    if (index < from) continue
    await delay(TOKEN_EVERY)
    if (stream.closed.aborted) return
    send(index + 1, 'delta', { text })
  }
  send(tokens.length + 1, 'done', { tokens: tokens.length })
  stream.end()
}

const LOGIN_PAGE =
  '<!doctype html><title>Harbour WiFi</title><p>Please accept the terms of use.</p>'

const refuse: { readonly [R in Refusal]: (response: ServerResponse) => void } = {
  busy(response) {
    response.writeHead(503, { 'retry-after': String(RETRY_AFTER), 'content-type': 'text/plain' })
    response.end('Busy. Come back later.')
  },
  portal(response) {
    response.writeHead(200, { 'content-type': 'text/html' })
    response.end(LOGIN_PAGE)
  },
  finish(response) {
    response.writeHead(204)
    response.end()
  },
}
