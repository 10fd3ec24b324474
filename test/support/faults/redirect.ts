/** Redirects, followed as `fetch` follows them. */

const REDIRECTS = [301, 302, 303, 307, 308]
/** Beyond so many `fetch` gives up. */
const MOST = 20
/** They describe a body that is not sent again. */
const OF_BODY = ['content-type', 'content-length', 'content-encoding', 'content-language']

/** As `fetch` names what went wrong with the network. */
export const networkError = (cause: string): TypeError => new TypeError('fetch failed', { cause })

/** One request of a `fetch`, which may have to make several. */
export interface Leg {
  readonly url: URL
  readonly method: string
  readonly headers: Headers
  readonly body: ArrayBuffer | null
}

/**
 * Asks, and asks again where the answer leads elsewhere. Fetch standard, section 4.4 "HTTP-redirect fetch": 303, and 301 and 302
 * of a POST, become a GET; credentials are not sent to another origin; `request.redirect` is obeyed. A body is read at once, since
 * it may have to be sent again.
 */
export async function followRedirects(
  request: Request,
  ask: (leg: Leg) => Promise<Response>,
): Promise<Response> {
  const { method, headers, redirect } = request
  const body = /^(GET|HEAD)$/.test(method) ? null : await request.arrayBuffer()
  request.signal.throwIfAborted()
  let leg: Leg = { url: new URL(request.url), method, headers, body }
  for (let count = 0; ; count++) {
    const response = await ask(leg)
    const location = response.headers.get('location')
    const leads = REDIRECTS.includes(response.status) && location !== null
    if (!leads || redirect === 'manual')
      return withPlace(response, response.url || leg.url.href, count > 0 || response.redirected)
    response.body?.cancel().catch(() => {})
    if (redirect === 'error') throw networkError('unexpected redirect')
    if (count === MOST) throw networkError('redirect count exceeded')
    leg = legAfter(leg, response.status, new URL(location, leg.url))
  }
}

function legAfter({ url: from, method, headers: sent, body }: Leg, status: number, url: URL): Leg {
  const headers = new Headers(sent)
  if (url.origin !== from.origin) headers.delete('authorization')
  const becomesGet = status === 303 ? body !== null : status < 303 && method === 'POST'
  if (!becomesGet) return { url, method, headers, body }
  for (const name of OF_BODY) headers.delete(name)
  return { url, method: 'GET', headers, body: null }
}

/** What a server is asked. */
export function requestOf(request: Request, leg: Leg, signal: AbortSignal): Request {
  const { credentials, cache, redirect, mode, referrerPolicy, integrity, keepalive } = request
  return new Request(leg.url, {
    method: leg.method,
    headers: leg.headers,
    body: leg.body,
    signal,
    credentials,
    cache,
    redirect,
    referrerPolicy,
    integrity,
    keepalive,
    // A page's own way to its address is nobody else's.
    ...(mode !== 'navigate' && { mode }),
  })
}

/** Where a response came from, which only the platform can set. */
export function withPlace(response: Response, url: string, redirected: boolean): Response {
  return Object.defineProperties(response, {
    url: { value: url, configurable: true },
    redirected: { value: redirected, configurable: true },
  })
}
