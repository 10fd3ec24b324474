/** A fresh request for every attempt, and the one refresh of credentials that all who were refused share. */
import { after, linked, race } from '../abort.js'
import { ConnectionError, describe, ResponseError } from '../errors.js'
import type { Fetch } from '../event-stream/stream.js'
import { resolveURL } from '../event-stream/url.js'

/** A value, or a function asked before every attempt. */
export type PerAttempt<T> = T | (() => T | PromiseLike<T>)

export interface RequestOptions {
  /** Added to every request. */
  headers?: PerAttempt<HeadersInit> | undefined
  /** Default 'same-origin'. */
  credentials?: RequestCredentials | undefined
  /** Default `globalThis.fetch`, looked up at each call. */
  fetch?: Fetch | undefined
  /**
   * On 401, once for everybody, then at once an attempt with fresh headers. Again 401, a rejection or 15 s: closed.
   * Without it: one retry if `headers` is a function.
   */
  onUnauthorized?: (() => unknown) | undefined
}

/** What differs from request to request. */
export interface RequestParts {
  method?: string | undefined
  /** Plain objects and arrays go as JSON. */
  body?: PerAttempt<BodyInit | object | null> | undefined
}

export interface Requester {
  /** Asks the functions among the options and makes the request. Rejects with `ConnectionError`; with the signal's reason once it aborts. */
  build(parts: RequestParts, signal: AbortSignal): Promise<Request>
  /** Runs `send`; when it fails with 401, refreshes the credentials and runs it once more. */
  authorized<T>(signal: AbortSignal, send: () => Promise<T>): Promise<T>
}

/** How long a refresh may take in ms. */
const REFRESH_LIMIT = 15_000

export function createRequester(url: PerAttempt<string | URL>, options: RequestOptions): Requester {
  return {
    async build({ method, body }, signal) {
      const target = await ask('url', url, signal)
      const headers = await ask('headers', options.headers, signal)
      const content = await ask('body', body, signal)
      try {
        return createRequest(target, method, headers, content, options.credentials)
      } catch (cause) {
        throw new ConnectionError(
          'request',
          `No request can be made for ${describe(target)}: ${describe(cause)}. Check the options url, method, headers and body.`,
          { cause },
        )
      }
    },

    async authorized(signal, send) {
      const { onUnauthorized } = options
      const refresh = onUnauthorized && refreshOf(onUnauthorized)
      for (let refreshed = false; ; ) {
        const generation = refresh?.generation
        try {
          return await send()
        } catch (error) {
          signal.throwIfAborted()
          if (!(error instanceof ResponseError) || error.status !== 401) throw error
          // Somebody else refreshed since this request was made: its headers were simply old.
          if (refresh?.generation !== generation) continue
          if (refreshed || !(refresh || typeof options.headers === 'function')) throw error
          refreshed = true
          try {
            await refresh?.run(signal)
          } catch (cause) {
            signal.throwIfAborted()
            const message = `${error.message} The refresh failed: ${describe(cause)}`
            throw new ResponseError('unauthorized', message, error, { cause })
          }
        }
      }
    },
  }
}

async function ask<T>(
  option: string,
  value: PerAttempt<T> | undefined,
  signal: AbortSignal,
): Promise<T | undefined> {
  signal.throwIfAborted()
  if (typeof value !== 'function') return value
  try {
    return await race(Promise.resolve((value as () => T | PromiseLike<T>)()), signal)
  } catch (cause) {
    signal.throwIfAborted()
    throw new ConnectionError('network', `The option "${option}" failed: ${describe(cause)}`, {
      cause,
    })
  }
}

function createRequest(
  url: string | URL | undefined,
  method: string | undefined,
  headers: HeadersInit | undefined,
  body: BodyInit | object | null | undefined,
  credentials: RequestCredentials = 'same-origin',
): Request {
  const init: RequestInit & { duplex?: 'half' } = { credentials, headers: new Headers(headers) }
  if (body != null) {
    const json = !isBodyInit(body)
    if (json && !(init.headers as Headers).has('content-type'))
      (init.headers as Headers).set('content-type', 'application/json')
    init.body = json ? JSON.stringify(body) : body
    init.duplex = 'half' // required for a stream, ignored otherwise
  }
  init.method = method ?? (body == null ? 'GET' : 'POST')
  return new Request(resolveURL(url ?? ''), init)
}

/** By tag, since a body may come from another realm. */
function isBodyInit(body: BodyInit | object): body is BodyInit {
  return (
    typeof body === 'string' ||
    ArrayBuffer.isView(body) ||
    /ArrayBuffer|Blob|File|FormData|URLSearchParams|ReadableStream/.test(
      Object.prototype.toString.call(body),
    )
  )
}

interface Refresh {
  /** How often credentials were refreshed; a request made under an older one carried older credentials. */
  readonly generation: number
  /** Joins the refresh under way or starts one. */
  run(signal: AbortSignal): Promise<void>
}

/** Who gives the same function shares its refresh: ten sources on one page ask for one token. */
const refreshes = /* @__PURE__ */ new WeakMap<() => unknown, Refresh>()

function refreshOf(onUnauthorized: () => unknown): Refresh {
  const shared = refreshes.get(onUnauthorized) ?? createRefresh(onUnauthorized)
  refreshes.set(onUnauthorized, shared)
  return shared
}

function createRefresh(onUnauthorized: () => unknown): Refresh {
  let generation = 0
  let running: Promise<void> | undefined

  async function refresh() {
    await onUnauthorized()
    generation++
  }

  return {
    get generation() {
      return generation
    },
    async run(signal) {
      running ??= refresh()
      const joined = running
      // The next refusal asks anew.
      const forget = () => {
        if (running === joined) running = undefined
      }
      joined.then(forget, forget)
      const waiting = linked(signal)
      after(REFRESH_LIMIT, waiting.signal, () => {
        forget()
        waiting.abort(new Error(`onUnauthorized took longer than ${REFRESH_LIMIT / 1000} s`))
      })
      try {
        await race(joined, waiting.signal)
      } finally {
        waiting.abort()
      }
    },
  }
}
