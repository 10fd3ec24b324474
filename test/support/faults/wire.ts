/** The way of one body from the server to the client: its pieces, its delays, and how it breaks. */
import { after } from '../../../src/abort.js'
import type { Break, Faults } from './faults.js'
import { networkError } from './redirect.js'

export interface Wire {
  /** What the client reads. */
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>>
  /** Bytes that the client was given. */
  readonly bytes: number
  break(how: Break): void
  /** What stays where it is goes on. */
  resume(): void
  /** A break that was planned does not come. */
  spare(): void
  /** The client gave up: its read fails with the reason. */
  fail(reason: unknown): void
}

export interface WireEnds {
  /** The client reads no longer. */
  left(): void
  /** The server is told that nobody reads any more. */
  hangUp(): void
  /** Neither half has anything to do any more. */
  over(): void
}

/** What may be under way and not read, in bytes: the buffers of sockets. */
const UNDER_WAY = 64 * 1024

export function createWire(
  source: ReadableStream<Uint8Array>,
  faults: Faults,
  ends: WireEnds,
): Wire {
  const { latency = 0, split, drip } = faults
  let { breakAfter } = faults
  const server = source.getReader()
  /** Ends the client's half. */
  const client = new AbortController()
  const arrived: Uint8Array[] = []
  /** On their way. */
  const late: { readonly due: number; readonly what: () => void }[] = []
  /** Nothing follows what arrived; with an error, the next read fails. */
  let end: { readonly error?: unknown } | undefined
  let underWay = 0
  let bytes = 0
  let pieces = 0
  let isStalled = false
  let isResting = false
  /** Each half hears of the other's end. */
  let isConnected = true
  let isServerDone = false
  let makeRoom = () => {}
  let wake = () => {}

  async function pump() {
    try {
      for (let isDone = false; !isDone; ) {
        if (underWay >= UNDER_WAY)
          await new Promise<void>((resolve) => {
            makeRoom = resolve
          })
        const { done, value } = await server.read()
        if (value) underWay += value.length
        isDone = done
        arrive(() => {
          // After its end nothing arrives, though it was under way.
          if (end) return
          if (value) arrived.push(value)
          else end = {}
        })
      }
    } catch (error) {
      arrive(() => {
        end ??= { error }
      })
    }
  }

  /** In order, each so much later. */
  function arrive(what: () => void) {
    if (latency <= 0) happen(what)
    else if (late.push({ due: Date.now() + latency, what }) === 1) expectNext()
  }

  /** One timer for all. */
  function expectNext() {
    const [next] = late
    if (!next) return
    after(next.due - Date.now(), client.signal, () => {
      late.shift()
      happen(next.what)
      expectNext()
    })
  }

  function happen(what: () => void) {
    what()
    wake()
  }

  async function pull(controller: ReadableStreamDefaultController<Uint8Array>) {
    while (!client.signal.aborted) {
      if (!isStalled && !isResting) {
        if (arrived.length > 0) {
          controller.enqueue(take())
          return breakIfDue()
        }
        if (end) return finish(end)
      }
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }

  function take(): Uint8Array {
    const first = arrived[0] as Uint8Array
    const length = Math.min(
      first.length,
      split ? Math.max(1, split[pieces % split.length] as number) : first.length,
      drip?.bytes ?? first.length,
      breakAfter ? breakAfter.bytes - bytes : first.length,
    )
    if (length === first.length) arrived.shift()
    else arrived[0] = first.subarray(length)
    pieces++
    bytes += length
    underWay -= length
    if (underWay < UNDER_WAY) makeRoom()
    if (drip) rest(drip.every)
    return first.subarray(0, length)
  }

  function breakIfDue() {
    if (!breakAfter || bytes < breakAfter.bytes) return
    const { how } = breakAfter
    breakAfter = undefined
    if (how !== 'stall' && how !== 'half-open') arrived.length = 0
    breakNow(how)
  }

  function rest(milliseconds: number) {
    isResting = true
    after(milliseconds, client.signal, () => {
      isResting = false
      wake()
    })
  }

  function finish({ error }: { readonly error?: unknown }) {
    if (client.signal.aborted) return
    if (error === undefined) controller.close()
    else controller.error(error)
    leave()
  }

  function leave() {
    if (client.signal.aborted) return
    client.abort()
    wake()
    ends.left()
    if (isConnected) hangUp()
    settle()
  }

  function hangUp() {
    server.cancel().catch(() => {})
    ends.hangUp()
  }

  function settle() {
    if (isServerDone && client.signal.aborted) ends.over()
  }

  function breakNow(how: Break) {
    if (how === 'stall' || how === 'half-open') {
      isStalled = true
      isConnected &&= how === 'stall'
      return
    }
    isConnected = true
    isStalled = false
    const broken = { error: networkError('the connection broke') }
    hangUp()
    if (how === 'reset') return finish(broken)
    end = how === 'end' ? {} : broken
    wake()
  }

  const serverDone = () => {
    isServerDone = true
    settle()
  }
  server.closed.then(serverDone, serverDone)
  let controller!: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      start(given) {
        controller = given
      },
      pull,
      cancel: leave,
    },
    { highWaterMark: 0 },
  )
  void pump()
  breakIfDue()
  return {
    body,
    get bytes() {
      return bytes
    },
    break: breakNow,
    resume() {
      isStalled = false
      isConnected = true
      if (client.signal.aborted) hangUp()
      wake()
    },
    spare() {
      breakAfter = undefined
    },
    fail(reason) {
      if (client.signal.aborted) return
      controller.error(reason)
      leave()
    },
  }
}
