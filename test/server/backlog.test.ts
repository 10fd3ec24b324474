import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createHub } from '../../src/server/index.js'
import { open, openBody, post } from '../support/hub-reader.js'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const MEGABYTE = 1024 * 1024
const body = 'x'.repeat(100 * 1024 - 60)

/** What a body holds unread when it breaks or ends. */
async function drained(answer: Response) {
  const reader = (answer.body as ReadableStream<Uint8Array>).getReader()
  let size = 0
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return { size, how: 'end' }
      size += value.length
    }
  } catch {
    return { size, how: 'error' }
  }
}

test('a reader that stops reading is cut at the limit, and resumes where it was', async () => {
  const facts: unknown[] = []
  const hub = createHub({ onDiagnostic: ({ type, why }) => facts.push(`${type} ${why ?? ''}`) })
  hub.channel('a')
  const healthy = await open(hub, ['a'])
  const { id } = await healthy.control('sub')
  const stalled = await hub.fetch(post(openBody(['a'])))
  let sent = 0
  while (hub.connectionCount === 2) {
    await hub.to('a').send('n', body)
    await healthy.settled()
    sent += body.length
    expect(sent).toBeLessThan(1.3 * MEGABYTE)
  }
  expect(sent).toBeGreaterThan(MEGABYTE)
  expect(facts).toContain('closed slow')
  expect((await drained(stalled)).how).toBe('error')
  await healthy.settled()
  expect(healthy.blocks.filter(({ type }) => type === 'message')).toHaveLength(
    Math.round(sent / body.length),
  )
  const again = await open(hub, ['a'], { last: id })
  expect(await again.message()).toMatchObject({ d: body })
})

test('much at once is no fault of the reader: nobody is cut, and nothing is lost', async () => {
  const hub = createHub()
  hub.channel('a')
  const stream = await open(hub, ['a'])
  await stream.control('sub')
  for (let count = 0; count < 9000; count++)
    void hub.to('a').send('n', `${count} ${'x'.repeat(500)}`)
  for (let count = 0; count < 9000; count++)
    expect(Number.parseInt(String((await stream.message()).d), 10)).toBe(count)
  await hub.to('a').send('n', 'live again')
  expect(await stream.message()).toMatchObject({ d: 'live again' })
  expect(hub.connectionCount).toBe(1)
})

test('much at once is not kept for a reader that does not read, who is cut at a heartbeat', async () => {
  const hub = createHub()
  hub.channel('a')
  const stalled = await hub.fetch(post(openBody(['a'])))
  for (let count = 0; count < 100; count++) void hub.to('a').send('n', body)
  await vi.advanceTimersByTimeAsync(15_200)
  expect(hub.connectionCount).toBe(1)
  await vi.advanceTimersByTimeAsync(15_200)
  expect(hub.connectionCount).toBe(0)
  expect((await drained(stalled)).size).toBe(0)
})

test('much at once costs a reader no more than the limit', async () => {
  const hub = createHub()
  hub.channel('a')
  const stalled = await hub.fetch(post(openBody(['a'])))
  for (let count = 0; count < 100; count++) void hub.to('a').send('n', body)
  await vi.advanceTimersByTimeAsync(1)
  const reading = drained(stalled)
  await hub.close()
  const { size } = await reading
  expect(size).toBeLessThan(MEGABYTE)
})

test('volatile events are held to the same limit', async () => {
  const hub = createHub()
  hub.channel('v', { replay: false })
  await hub.fetch(post(openBody(['v'])))
  for (let count = 0; count < 20; count++) {
    await hub.to('v').send('n', body)
    await vi.advanceTimersByTimeAsync(1)
  }
  expect(hub.connectionCount).toBe(0)
})

test('one reader that breaks leaves the others what was sent', async () => {
  const hub = createHub({ limits: { backlog: 1 } })
  hub.channel('a')
  await hub.fetch(post(openBody(['a'])))
  const stream = await open(hub, ['a'])
  for (let count = 0; count < 3; count++) {
    await hub.to('a').send('n', body)
    expect(await stream.message()).toMatchObject({ d: body })
  }
})

test('the cursor waits for who fell behind, though another channel is still catching up', async () => {
  const hub = createHub()
  hub.channel('a')
  hub.channel('b')
  for (let count = 0; count < 10; count++) await hub.to('b').send('n', body)
  const answer = await hub.fetch(post(openBody(['a', { name: 'b', since: 'earliest' }])))
  await vi.advanceTimersByTimeAsync(1)
  const live = await hub.fetch(post(openBody(['a'])))
  const stream = (live.body as ReadableStream<Uint8Array>).getReader()
  const hello = new TextDecoder().decode((await stream.read()).value)
  const conn = /"conn":"([^"]+)"/.exec(hello)?.[1]
  const channels = [{ name: 'a' }, { name: 'b', since: 'earliest' }]
  await hub.fetch(post({ conn, rev: 2, channels }))
  for (let count = 0; count < 2000; count++)
    void hub.to('a').send('n', `${count} ${'x'.repeat(500)}`)
  await vi.advanceTimersByTimeAsync(15_200)

  let text = ''
  while (!text.includes('"d":"1999 ')) text += new TextDecoder().decode((await stream.read()).value)
  let due = 0
  for (const block of text.split('\n\n')) {
    const number = /"c":"a","e":"n","d":"(\d+) /.exec(block)?.[1]
    if (number !== undefined) expect(Number(number)).toBe(due++)
    // The first of them is the eleventh event of the log.
    const position = /^id: \w+\.(\d+)$/m.exec(block)?.[1]
    if (position !== undefined) expect(Number(position)).toBeLessThanOrEqual(due + 10)
  }
  expect(due).toBe(2000)
  await answer.body?.cancel()
  await hub.close()
})
