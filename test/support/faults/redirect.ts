/** Redirects, followed as `fetch` follows them. */

const REDIRECTS = [301, 302, 303, 307, 308]
/** Beyond so many `fetch` gives up. */
const MOST = 20
/** They describe a body that is not sent again. */
const OF_BODY = ['content-type', 'content-length', 'content-encoding', 'content-language']

/** As `fetch` names what went wrong with the network. */
export const networkError = (cause: string): TypeError => new TypeError('fetch failed', { cause })

/**
 * Asks, and asks again where the answer leads elsewhere. Fetch standard, section 4.4 "HTTP-redirect fetch": 303, and 301 and 302
 * of a POST, become a GET; credentials are not sent to another origin; `request.redirect` is obeyed.
 */
export async function followRedirects(
  first: Request,
  ask: (request: Request) => Promise<Response>,
): Promise<Response> {
  let request = first
  for (let count = 0; ; count++) {
    // A body is sent once, and may have to be sent again.
    const again = hasBody(request) ? request.clone() : request
    const response = await ask(request)
    const location = response.headers.get('location')
    const leads = REDIRECTS.includes(response.status) && location !== null
    if (!leads || first.redirect === 'manual')
      return withPlace(response, response.url || request.url, count > 0 || response.redirected)
    response.body?.cancel().catch(() => {})
    if (first.redirect === 'error') throw networkError('unexpected redirect')
    if (count === MOST) throw networkError('redirect count exceeded')
    request = await redirect(again, response.status, new URL(location, request.url))
  }
}

async function redirect(request: Request, status: number, url: URL): Promise<Request> {
  const { method, signal, credentials, cache, redirect } = request
  const headers = new Headers(request.headers)
  if (url.origin !== new URL(request.url).origin) headers.delete('authorization')
  const becomesGet = status === 303 ? hasBody(request) : status < 303 && method === 'POST'
  if (becomesGet) for (const name of OF_BODY) headers.delete(name)
  return new Request(url, {
    method: becomesGet ? 'GET' : method,
    body: becomesGet || !hasBody(request) ? null : await request.arrayBuffer(),
    headers,
    signal,
    credentials,
    cache,
    redirect,
  })
}

function hasBody({ method }: Request): boolean {
  return method !== 'GET' && method !== 'HEAD'
}

/** Where a response came from, which only the platform can set. */
export function withPlace(response: Response, url: string, redirected: boolean): Response {
  return Object.defineProperties(response, {
    url: { value: url, configurable: true },
    redirected: { value: redirected, configurable: true },
  })
}
