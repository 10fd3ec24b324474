import { afterEach, describe, expect, it, vi } from 'vitest'
import { resolveURL } from '../../src/event-stream/url.js'

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('a relative address', () => {
  it("is relative to the document's base", () => {
    vi.stubGlobal('document', { baseURI: 'https://example.com/app/' })
    vi.stubGlobal('location', { href: 'https://elsewhere.example/' })
    expect(resolveURL('events?a=1')).toBe('https://example.com/app/events?a=1')
  })

  it('is relative to a worker', () => {
    vi.stubGlobal('location', { href: 'https://example.com/js/worker.js' })
    expect(resolveURL('/events')).toBe('https://example.com/events')
  })

  it('is on http://localhost without a page', () => {
    expect(resolveURL('/events')).toBe('http://localhost/events')
    expect(resolveURL('')).toBe('http://localhost/')
  })
})

it('an absolute address stays as it is', () => {
  vi.stubGlobal('document', { baseURI: 'about:blank' })
  expect(resolveURL('https://example.com/a b')).toBe('https://example.com/a%20b')
  expect(resolveURL(new URL('https://example.com/events#x'))).toBe('https://example.com/events#x')
})

it('what is no address throws, and says what it was relative to', () => {
  vi.stubGlobal('document', { baseURI: 'about:blank' })
  expect(() => resolveURL('/events')).toThrow(TypeError)
  expect(() => resolveURL('/events')).toThrow('"/events" is no URL, nor a path from about:blank.')
})
