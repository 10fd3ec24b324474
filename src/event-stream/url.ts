/** Addresses as a page writes them. */

/**
 * The absolute form of `url`: relative to the document's base, in a worker to its own address, without a page to http://localhost.
 * Throws `TypeError` where it is none.
 */
export function resolveURL(url: string | URL): string {
  const base = globalThis.document?.baseURI ?? globalThis.location?.href ?? 'http://localhost'
  try {
    return new URL(url, base).href
  } catch (cause) {
    throw new TypeError(`"${url}" is no URL, nor a path from ${base}.`, { cause })
  }
}
