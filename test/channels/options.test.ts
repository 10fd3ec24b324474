/** What cannot be meant is refused where it is given, with what, where and what to do; what is made touches nothing yet. */
import { createSource, effect, type SourceOptions } from 'tidewire'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createTestSource } from '../support/test-source.js'

type Thrown = { readonly name: string; readonly message: string }

function thrownBy(run: () => unknown): Thrown {
  try {
    run()
  } catch (thrown) {
    return thrown as Thrown
  }
  throw new Error('It did not throw.')
}

describe('a url', () => {
  test.each([undefined, null, 7, true, {}, [], Symbol('url')])('that is %s is refused', (url) => {
    const { name, message } = thrownBy(() => createSource(url as never))
    expect(name).toBe('TypeError')
    expect(message).toBe(
      `createSource(url, …) takes a string, a URL or a function that returns one, not ${String(url)}.`,
    )
  })

  test('of another realm is a URL all the same', () => {
    expect(() => createSource({ href: 'https://a.example/' } as URL)).not.toThrow()
  })
})

describe('options', () => {
  test.each([null, 7, 'POST', true])('that are %j are refused', (options) => {
    const { name, message } = thrownBy(() => createSource('/', options as never))
    expect(name).toBe('TypeError')
    expect(message).toMatch(/^createSource: the options are an object, not .*\.$/)
  })

  const numbers: [keyof SourceOptions, number, string][] = [
    ['reconnectDelay', 0, ''],
    ['maxReconnectDelay', 0, ''],
    ['reconnectMultiplier', 1, ''],
    ['maxReconnectAttempts', 0, ''],
    ['connectTimeout', 1, ''],
    ['heartbeatTimeout', 1, ' or false'],
    ['maxEventSize', 1, ''],
    ['pauseWhenHidden', 0, ' or false'],
    ['history', 0, ''],
    ['queue', 1, ''],
    ['throttle', 0, ' or frame'],
  ]

  describe.each(numbers)('%s', (option, least, or) => {
    const create = (value: unknown) => () => createSource('/', { [option]: value })
    const expected = `createSource: the option "${option}" takes a number of at least ${least}${or}, not`

    test.each([least, least + 1, Number.POSITIVE_INFINITY, undefined])('may be %s', (value) => {
      expect(create(value)).not.toThrow()
    })

    test.each([least - 1, Number.NaN, Number.NEGATIVE_INFINITY])(
      'is out of range at %s',
      (value) => {
        const { name, message } = thrownBy(create(value))
        expect(name).toBe('RangeError')
        expect(message).toBe(`${expected} ${value}.`)
      },
    )

    test.each([
      [String(least + 1), `"${least + 1}"`],
      ['often', '"often"'],
      [null, 'null'],
      [true, 'true'],
      [{}, '[object Object]'],
    ])('is no %j', (value, shown) => {
      const { name, message } = thrownBy(create(value))
      expect(name).toBe('TypeError')
      expect(message).toBe(`${expected} ${shown}.`)
    })
  })

  const words: [keyof SourceOptions, unknown, boolean][] = [
    ['heartbeatTimeout', false, true],
    ['pauseWhenHidden', false, true],
    ['throttle', 'frame', true],
    ['throttle', false, false],
    ['history', false, false],
    ['connectTimeout', false, false],
  ]
  test.each(words)('%s may be %j: %s', (option, value, isFine) => {
    const create = () => createSource('/', { [option]: value })
    if (isFine) expect(create).not.toThrow()
    else expect(create).toThrow(TypeError)
  })

  const typed: [keyof SourceOptions, string, unknown][] = [
    ['fetch', 'a function', 'https://a.example'],
    ['retryOn', 'a function', true],
    ['onUnauthorized', 'a function', null],
    ['onDiagnostic', 'a function', {}],
    ['method', 'a string', 7],
    ['lastEventId', 'a string', 7],
    ['schema', 'an object', 'zod'],
    ['signal', 'an object', true],
  ]
  test.each(typed)('%s takes %s, not %j', (option, type, value) => {
    const { name, message } = thrownBy(() => createSource('/', { [option]: value }))
    expect(name).toBe('TypeError')
    expect(message).toMatch(
      new RegExp(`^createSource: the option "${option}" takes ${type}, not .*\\.$`),
    )
  })

  test.each(['JSON', '', null, 7, {}])('parse is not %j', (parse) => {
    const { name, message } = thrownBy(() => createSource('/', { parse: parse as never }))
    expect(name).toBe('TypeError')
    expect(message).toMatch(
      /^createSource: the option "parse" takes "auto", "json", "text" or a function, not .*\.$/,
    )
  })

  test.each(['GET', 'get', 'HEAD'])('a %s request has no body', (method) => {
    const { name, message } = thrownBy(() => createSource('/', { method, body: { a: 1 } }))
    expect(name).toBe('TypeError')
    expect(message).toBe(
      `createSource: a ${method} request has no body. Use another method, or leave body out.`,
    )
    expect(() => createSource('/', { method, body: undefined })).not.toThrow()
    expect(() => createSource('/', { method, body: null })).not.toThrow()
  })

  test('undefined is as good as absent, everywhere', () => {
    const options = [...numbers, ...typed].map(([option]) => [option, undefined])
    expect(() => createSource('/', Object.fromEntries(options))).not.toThrow()
  })
})

describe('what a feed is given', () => {
  test.each([undefined, null, 'log', {}])(
    'a listener that is %j is refused, and nothing opens',
    (listener) => {
      const { source } = createTestSource()
      const { name, message } = thrownBy(() => source.on('alert', listener as never))
      expect(name).toBe('TypeError')
      expect(message).toMatch(/^on\("alert", …\) takes a function, not .*\.$/)
    },
  )

  test('a reducer that is none is refused', () => {
    const { source } = createTestSource()
    const { name, message } = thrownBy(() => source.fold([], undefined as never))
    expect(name).toBe('TypeError')
    expect(message).toBe('fold(seed, …) takes a function, not undefined.')
  })
})

describe('making a source', () => {
  afterEach(() => {
    vi.unstubAllGlobals()
  })

  /** What belongs to a page or a server, to time, chance or the network. */
  const GLOBALS = [
    'fetch',
    'Request',
    'Response',
    'Headers',
    'URL',
    'document',
    'window',
    'self',
    'navigator',
    'location',
    'history',
    'localStorage',
    'sessionStorage',
    'EventSource',
    'WebSocket',
    'BroadcastChannel',
    'MessageChannel',
    'setTimeout',
    'setInterval',
    'setImmediate',
    'queueMicrotask',
    'requestAnimationFrame',
    'requestIdleCallback',
    'addEventListener',
    'dispatchEvent',
    'performance',
    'crypto',
    'process',
    'console',
    'reportError',
  ]

  test('touches no global and parses no url', () => {
    const touched: string[] = []
    const before = GLOBALS.map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)])
    const now = vi.spyOn(Date, 'now')
    const random = vi.spyOn(Math, 'random')
    for (const name of GLOBALS)
      Object.defineProperty(globalThis, name, {
        configurable: true,
        get() {
          touched.push(name)
          return undefined
        },
      })
    try {
      const source = createSource('http://[is no address', {
        headers: { authorization: 'Bearer x' },
        onUnauthorized: () => {},
        throttle: 'frame',
        schema: {},
        pauseWhenHidden: 1000,
        signal: new AbortController().signal,
      })
      void [source.latest.value, source.messages.value, source.state.value, source.status.value]
      void [source.error.value, source.lastEventId, source.latestOf('a').value]
      source.fold(
        async () => 1,
        (n) => n,
      )
      source.fold(0, (n) => n)
      effect(() => void [source.state.value, source.error.value])()
    } finally {
      for (const [name, descriptor] of before)
        if (descriptor) Object.defineProperty(globalThis, name as string, descriptor)
        else Reflect.deleteProperty(globalThis, name as string)
    }
    expect(touched).toEqual([])
    expect(now).not.toHaveBeenCalled()
    expect(random).not.toHaveBeenCalled()
    now.mockRestore()
    random.mockRestore()
  })

  test('an address that is none closes the source when it is asked for', async () => {
    const { source } = createTestSource({}, 'http://[is no address')
    source.connect()
    await vi.waitFor(() => expect(source.status.peek()).toBe('closed'))
    expect(source.error.peek()).toMatchObject({
      name: 'ConnectionError',
      code: 'request',
      retryable: false,
    })
    expect(source.error.peek()?.message).toContain('http://[is no address')
  })
})
