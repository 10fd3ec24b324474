import { describe, expect, test, vi } from 'vitest'
import { createHub, type Log } from '../../src/server/index.js'
import { createMemoryLog } from '../../src/server/log.js'
import { open, openBody, post } from '../support/hub-reader.js'

/** What a stream brings until nothing more is on its way: payloads, and control blocks by kind. */
async function story(stream: Awaited<ReturnType<typeof open>>): Promise<unknown[]> {
  await stream.settled()
  const told: unknown[] = []
  while (stream.waiting > 0) {
    const block = await stream.next()
    const said = JSON.parse(block?.data || '{}')
    told.push(said.t === 'gap' ? `gap ${said.why} ${said.channels.join()}` : (said.t ?? said.d))
  }
  return told
}

describe('the log in memory', () => {
  const entry = (data: string) => ({ channel: 'a', type: 'n', data })
  const all = (log: Log) => {
    const page = log.read('', 1000)
    if ('then' in page) throw new Error('The log in memory answers at once.')
    return page
  }

  test('is bounded by count, bytes and age', () => {
    vi.useFakeTimers()
    const count = createMemoryLog({ maxEvents: 2 })
    for (const data of ['1', '2', '3']) void count.append(entry(data))
    expect(all(count).entries.map(({ data }) => data)).toEqual(['2', '3'])

    const bytes = createMemoryLog({ maxBytes: 20 })
    for (const data of ['"12345"', '"äöü"', '1']) void bytes.append(entry(data))
    expect(all(bytes).entries.map(({ data }) => data)).toEqual(['"äöü"', '1'])

    const age = createMemoryLog({ maxAge: 1000 })
    void age.append(entry('1'))
    vi.advanceTimersByTime(600)
    void age.append(entry('2'))
    vi.advanceTimersByTime(600)
    expect(all(age).entries.map(({ data }) => data)).toEqual(['2'])
    vi.useRealTimers()
  })

  test('pages without holes over thousands of events', async () => {
    const log = createMemoryLog({ maxEvents: 5000 })
    for (let count = 0; count < 12_000; count++) void log.append(entry(String(count)))
    const seen: string[] = []
    for (let after = ''; ; ) {
      const { entries } = await log.read(after, 7)
      const last = entries.at(-1)
      if (!last) break
      after = last.id
      for (const { data } of entries) seen.push(data)
    }
    expect(seen).toHaveLength(5000)
    expect([seen[0], seen.at(-1)]).toEqual(['7000', '11999'])
  })

  test('has the end of an empty log as what is before it', () => {
    const log = createMemoryLog({ maxEvents: 1 })
    const { after, entries } = all(log)
    expect(entries).toEqual([])
    expect(log.read(after, 1)).toEqual({ entries: [], after })
  })
})

describe('a log of another make', () => {
  /** Answers by promise, may fail, and is written by others too. */
  function remote() {
    const inner = createMemoryLog()
    const log = {
      failing: false,
      async append(entry: Parameters<Log['append']>[0]) {
        await Promise.resolve()
        if (log.failing) throw new Error('down')
        return inner.append(entry)
      },
      async read(after: string, limit: number) {
        await Promise.resolve()
        if (log.failing) throw new Error('down')
        return inner.read(after, limit)
      },
    }
    return log
  }

  test('brings what other processes wrote, in its own order', async () => {
    vi.useFakeTimers()
    const log = remote()
    const hub = createHub({ log })
    hub.channel('a')
    const stream = await open(hub, ['a'])
    await log.append({ channel: 'a', type: 'n', data: '1' })
    await hub.to('a').send('n', 2)
    expect(await story(stream)).toEqual(['hello', 'sub', 1, 2])
    await log.append({ channel: 'a', type: 'n', data: '3' })
    await vi.advanceTimersByTimeAsync(15_200)
    expect(await stream.message()).toMatchObject({ d: 3 })
    vi.useRealTimers()
  })

  test('that fails refuses streams with 503 and rejects what is sent, and is asked again', async () => {
    const log = remote()
    const onError = vi.fn()
    const hub = createHub({ log, onError })
    hub.channel('a')
    log.failing = true
    expect((await hub.fetch(post(openBody(['a'])))).status).toBe(503)
    await expect(hub.to('a').send('n', 1)).rejects.toThrow('down')
    expect(onError).toHaveBeenCalled()
    log.failing = false
    const stream = await open(hub, ['a'])
    await hub.to('a').send('n', 2)
    expect(await stream.message()).toMatchObject({ d: 2 })
  })

  test('that fails during a catch-up cuts the stream, so that its reader comes back', async () => {
    const log = remote()
    const onError = vi.fn()
    const hub = createHub({ log, onError })
    hub.channel('a', () => {
      log.failing = true
      return true
    })
    const { id } = await hub.to('a').send('n', 1)
    const stream = await open(hub, ['a'], { last: id })
    expect(await stream.ended).toBe('error')
    expect(onError).toHaveBeenCalledOnce()
    expect(hub.connectionCount).toBe(0)
  })

  test('that spreads JSON over lines, or gives ids that cannot travel, cannot break a block', async () => {
    const inner = createMemoryLog()
    const onError = vi.fn()
    let id: string | undefined
    const hub = createHub({
      onError,
      log: {
        append: (entry) => {
          const given = inner.append({ ...entry, data: JSON.stringify({ two: 'lines' }, null, 2) })
          return id ?? given
        },
        read: (after, limit) => inner.read(after, limit),
      },
    })
    hub.channel('a')
    await hub.to('a').send('n', 1)
    const stream = await open(hub, [{ name: 'a', since: 'earliest' }])
    expect(await stream.message()).toMatchObject({ d: { two: 'lines' } })
    id = 'e.1\n\ndata: forged'
    await expect(hub.to('a').send('n', 1)).rejects.toThrow('cannot travel')
  })
})
