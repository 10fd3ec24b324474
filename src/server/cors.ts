/** Which pages may use the hub: its own, and those of the origins listed. */

export interface Cors {
  /** Headers of the answer, whatever it is; `undefined` where the page may not be answered. */
  check(request: Request): Readonly<Record<string, string>> | undefined
  preflight(request: Request, headers: Readonly<Record<string, string>>): Response
}

/** Throws `TypeError` for an origin that no browser sends. */
export function createCors(option: string | readonly string[] | undefined): Cors {
  const origins = new Set(option === undefined ? [] : [option].flat())
  for (const origin of origins) if (origin !== '*') checkOrigin(origin)
  const everybody = origins.has('*')
  const vary = origins.size > 0 && !everybody ? { vary: 'Origin' } : undefined

  return {
    check(request) {
      const origin = request.headers.get('origin')
      // An image, a script, a link of another page says no origin, and may carry cookies.
      if (origin === null) return isForeign(request) ? undefined : (vary ?? {})
      const expose = { 'access-control-expose-headers': 'Retry-After' }
      if (everybody) return { 'access-control-allow-origin': '*', ...expose }
      if (origins.has(origin))
        return {
          ...vary,
          ...expose,
          'access-control-allow-origin': origin,
          'access-control-allow-credentials': 'true',
        }
      return isOwn(request, origin) ? (vary ?? {}) : undefined
    },
    preflight(request, headers) {
      const asked = request.headers.get('access-control-request-headers') ?? ''
      return new Response(null, {
        status: 204,
        headers: {
          ...headers,
          'access-control-allow-methods': 'GET, POST',
          ...(asked && { 'access-control-allow-headers': asked }),
          'access-control-max-age': '600',
        },
      })
    },
  }
}

function checkOrigin(origin: string) {
  if (URL.canParse(origin) && new URL(origin).origin === origin) return
  throw new TypeError(
    `createHub: cors has "${origin}", which is no origin. Write scheme and host alone, as in "https://example.com".`,
  )
}

/** As far as a browser says it. */
function isForeign(request: Request): boolean {
  return !/^(same-origin|none)$/.test(request.headers.get('sec-fetch-site') ?? 'none')
}

/** The browser says so itself where it can; a proxy may have changed the host, which only a plain page of old leaves to compare. */
function isOwn(request: Request, origin: string): boolean {
  if (request.headers.has('sec-fetch-site')) return !isForeign(request)
  const host = request.headers.get('host') ?? new URL(request.url).host
  return URL.canParse(origin) && new URL(origin).host === host
}
