/** The signals of a feed change no oftener than `throttle` says; listeners and loops hear everything at once. */
import { effect, type Throttle } from 'tidewire'
import { describe, expect, test, vi } from 'vitest'
import { stubPage } from '../support/fake-page.js'
import { advance, settle, withFakeTime } from '../support/fake-time.js'
import {
  block,
  createTestSource,
  numbered,
  send,
  withReportedErrors,
} from '../support/test-source.js'

withFakeTime()
withReportedErrors()

/** A watched source, open, and what its signals showed since. */
async function openThrottled(throttle: Throttle) {
  const { source, open } = createTestSource({ throttle })
  const shown: unknown[] = []
  const stop = effect(() => void shown.push(source.latest.value?.data))
  const heard: unknown[] = []
  source.on('message', (data) => heard.push(data))
  const stream = await open()
  shown.length = 0
  return { source, stream, shown, heard, stop }
}

/** `requestAnimationFrame` whose frames the test gives. */
function stubFrames() {
  const frames = new Map<number, FrameRequestCallback>()
  let last = 0
  vi.stubGlobal('requestAnimationFrame', (run: FrameRequestCallback) => {
    frames.set(++last, run)
    return last
  })
  vi.stubGlobal('cancelAnimationFrame', (frame: number) => frames.delete(frame))
  return {
    frames,
    next() {
      const due = [...frames.values()]
      frames.clear()
      for (const run of due) run(0)
    },
  }
}

describe('a number', () => {
  test('shows the first message at once and the next ones after so many ms', async () => {
    const { stream, shown, heard } = await openThrottled(100)
    await send(stream, numbered(1, 1), numbered(2, 2), numbered(3, 3))
    expect(heard).toEqual(['1', '2', '3'])
    expect(shown).toEqual(['1'])
    await advance(99)
    expect(shown).toEqual(['1'])
    await advance(1)
    expect(shown).toEqual(['1', '3'])
    await advance(1000)
    expect(shown).toEqual(['1', '3'])
  })

  test('0 shows every chunk', async () => {
    const { stream, shown } = await openThrottled(0)
    await send(stream, numbered(1, 2), numbered(3, 4))
    expect(shown).toEqual(['2', '4'])
  })

  test('loses no message of `messages` in between', async () => {
    const { source, stream } = await openThrottled(100)
    await send(stream, numbered(1, 3), numbered(4, 6), numbered(7, 9))
    await advance(100)
    expect(source.messages.peek().map(({ data }) => data)).toEqual([...'123456789'])
  })

  test('throttles folds with the rest', async () => {
    const { source, stream } = await openThrottled(100)
    const shown: number[] = []
    const total = source.fold(0, (sum, { data }) => sum + Number(data))
    effect(() => void shown.push(total.value))
    await settle()
    await send(stream, numbered(1, 2), numbered(3, 4))
    await advance(100)
    expect(shown).toEqual([0, 3, 10])
  })

  test('is not stretched by a clock that is set back', async () => {
    const { stream, shown } = await openThrottled(100)
    await send(stream, numbered(1, 1))
    vi.setSystemTime(Date.now() - 3_600_000)
    await send(stream, numbered(2, 2))
    await advance(100)
    expect(shown).toEqual(['1', '2'])
  })

  test('latestOf asked for while messages wait shows them in their turn', async () => {
    const { source, stream } = await openThrottled(100)
    await send(stream, block('1'), block('2', { type: 'other' }))
    const other = source.latestOf('other')
    expect(other.peek()).toBeUndefined()
    await advance(100)
    expect(other.peek()?.data).toBe('2')
  })
})

describe('what waits', () => {
  test('is shown when the source is closed, in the same change as the state', async () => {
    const { source, stream } = await openThrottled(1000)
    const shown: unknown[] = []
    effect(() => void shown.push([source.status.value, source.latest.value?.data]))
    await send(stream, numbered(1, 1), numbered(2, 2))
    source.close()
    expect(shown.at(-1)).toEqual(['closed', '2'])
    expect(shown).not.toContainEqual(['closed', '1'])
    expect(vi.getTimerCount()).toBe(0)
  })

  test('is shown when a listener closes the source, and no timer is left', async () => {
    const { source, stream, shown } = await openThrottled(1000)
    source.on('message', (data) => {
      if (data === '3') source.close()
    })
    await send(stream, numbered(1, 1), numbered(2, 5))
    expect(shown).toEqual(['1', '3'])
    expect(vi.getTimerCount()).toBe(0)
  })

  test('is shown when the server ends the stream for good', async () => {
    const { source, open, server } = createTestSource({ throttle: 1000, method: 'POST', body: {} })
    effect(() => void source.latest.value)
    const stream = await open()
    await send(stream, numbered(1, 1), numbered(2, 2))
    stream.end()
    await settle()
    expect(source.state.peek()).toEqual({ status: 'closed', reason: 'server' })
    expect(source.latest.peek()?.data).toBe('2')
    expect(server.exchanges).toHaveLength(1)
  })

  test('is dropped when nobody watches any more', async () => {
    const { source, open } = createTestSource({ throttle: 1000 })
    const stop = effect(() => void source.latest.value)
    await send(await open(), numbered(1, 1), numbered(2, 2))
    stop()
    await advance(250)
    expect(source.latest.peek()).toBeUndefined()
    expect(vi.getTimerCount()).toBe(0)
    await advance(1000)
    expect(source.latest.peek()).toBeUndefined()
    expect(source.messages.peek()).toEqual([])
  })
})

describe("'frame'", () => {
  test('shows once a frame', async () => {
    stubPage()
    const { next, frames } = stubFrames()
    const { stream, shown, heard } = await openThrottled('frame')
    await send(stream, numbered(1, 3), numbered(4, 6))
    expect(heard).toHaveLength(6)
    expect(shown).toEqual([])
    expect(frames.size).toBe(1)
    next()
    expect(shown).toEqual(['6'])
    next()
    expect(shown).toEqual(['6'])
    expect(frames.size).toBe(0)
  })

  test('shows in a hidden tab too, which has no frames', async () => {
    const page = stubPage()
    const { frames } = stubFrames()
    const { stream, shown } = await openThrottled('frame')
    page.hide()
    await send(stream, numbered(1, 1))
    await advance(20)
    expect(shown).toEqual(['1'])
    expect(frames.size).toBe(0)
  })

  test('shows in a tab that is hidden while it waits for a frame', async () => {
    const page = stubPage()
    const { frames } = stubFrames()
    const { stream, shown } = await openThrottled('frame')
    await send(stream, numbered(1, 1))
    page.hide()
    await advance(250)
    expect(shown).toEqual(['1'])
    expect(frames.size).toBe(0)
  })

  test('is a timer where there are no frames at all', async () => {
    const { stream, shown } = await openThrottled('frame')
    await send(stream, numbered(1, 1))
    expect(shown).toEqual([])
    await advance(16)
    expect(shown).toEqual(['1'])
  })

  test('leaves no frame behind when the source is closed', async () => {
    stubPage()
    const { frames } = stubFrames()
    const { source, stream, shown } = await openThrottled('frame')
    await send(stream, numbered(1, 1))
    source.close()
    expect(shown).toEqual(['1'])
    expect(frames.size).toBe(0)
    expect(vi.getTimerCount()).toBe(0)
  })
})
