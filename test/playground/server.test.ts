/** The playground's server beside its page: what it breaks, what it refuses, what it remembers. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createForgetfulLog } from '../../playground/server/log.js'
import { createVisitors } from '../../playground/server/visitors.js'
import { type ServedPlayground, STARTING, servePlayground } from './support/served-playground.js'

let playground: ServedPlayground

beforeAll(async () => {
  playground = await servePlayground('server')
}, STARTING)

afterAll(() => playground.close())

const post = (path: string, body: string, client = 'careless') =>
  fetch(`${playground.origin}/api/${path}`, {
    method: 'POST',
    body,
    headers: { 'x-client': client },
  })

describe('the plain endpoint', () => {
  const listen = (client: string, init: RequestInit = {}) =>
    fetch(`${playground.origin}/api/events/test`, {
      ...init,
      headers: { 'x-client': client, ...init.headers },
    })
  const status = async (client: string) =>
    (await fetch(`${playground.origin}/api/status`, { headers: { 'x-client': client } })).json()

  test('breaks the streams of the page that asked, and nobody else’s', async () => {
    const mine = await listen('mine')
    const other = await listen('other')
    await post('break', '{"fault":"busy"}', 'mine')
    await mine.text()
    expect((await listen('mine')).status).toBe(503)
    expect(await status('other')).toEqual({ streams: 1, opened: 1 })
    await other.body?.cancel()
  })

  test('goes on after the last event ID', async () => {
    const first = await listen('resume')
    const id = await firstId(first)
    const second = await listen('resume', { headers: { 'last-event-id': id } })
    const [run, position] = id.split('.')
    expect(await firstId(second)).toBe(`${run}.${Number(position) + 1}`)
  })

  test('answers 401 until the page shows the new token', async () => {
    await post('break', '{"fault":"expire"}', 'expired')
    expect((await listen('expired')).status).toBe(401)
    const { token } = (await (await post('token', '{}', 'expired')).json()) as { token: string }
    const answer = await listen('expired', { headers: { authorization: `Bearer ${token}` } })
    expect(answer.status).toBe(200)
    await answer.body?.cancel()
  })
})

describe('what is not well asked', () => {
  test.each([
    ['no JSON', 'break', 'nonsense', 400],
    ['no object', 'break', 'null', 400],
    ['an unknown fault', 'break', '{"fault":"constructor"}', 400],
    ['a room that is none', 'break', '{"fault":"forget","room":"cellar"}', 404],
    ['a body that is too large', 'break', `"${'x'.repeat(5000)}"`, 413],
    ['an empty prompt', 'answer', '{"prompt":""}', 400],
    ['a prompt that is no text', 'answer', '{"prompt":7}', 400],
    ['an unknown room', 'rooms/cellar', '{"text":"hi"}', 404],
    ['an empty message', 'rooms/lock', '{"text":" "}', 400],
    ['an unknown role', 'role', '{"role":"admiral"}', 400],
    ['an unknown audience', 'notices', '{"to":"admiral"}', 400],
    ['another’s upload', 'uploads/somebody.1', 'x', 403],
    ['an unknown path', 'nowhere', '{}', 404],
  ])('is refused: %s', async (_what, path, body, status) => {
    const response = await post(path, body)
    expect(response.status).toBe(status)
    expect(await response.json()).toHaveProperty('error')
  })

  test('is refused: a malformed client', async () => {
    expect((await post('break', '{"fault":"drop"}', 'a b')).status).toBe(400)
  })
})

describe('the log', () => {
  const entry = { channel: 'chat/lock', type: 'message', data: '{}' }
  const read = (log: ReturnType<typeof createForgetfulLog>, after: string) => log.read(after, 10)

  test('reads what follows an id', () => {
    const log = createForgetfulLog()
    const ids = [1, 2, 3].map(() => log.append(entry) as string)
    expect(read(log, ids[0] ?? '')).toMatchObject({
      entries: [{ id: ids[1] }, { id: ids[2] }],
      after: ids[0],
    })
  })

  test('tells of a gap only whom something is missing', () => {
    const log = createForgetfulLog()
    const [first, second] = [log.append(entry) as string, log.append(entry) as string]
    log.forget()
    expect(read(log, second)).toEqual({ entries: [], after: second })
    expect(read(log, first)).toMatchObject({ gap: 'trimmed', after: second })
    expect(read(log, `other.1`)).toMatchObject({ gap: 'epoch' })
    expect(read(log, second.replace('.2', '.9'))).toMatchObject({ gap: 'rewound' })
  })

  test('keeps no more than twice its size, and the end of it', () => {
    const log = createForgetfulLog(4)
    const ids = Array.from({ length: 11 }, () => log.append(entry) as string)
    expect(log.end).toBe(11)
    expect(log.size).toBe(4)
    expect(read(log, ids[6] ?? '')).toMatchObject({ entries: ids.slice(7).map((id) => ({ id })) })
    expect(read(log, ids[0] ?? '')).toMatchObject({ gap: 'trimmed' })
  })
})

describe('the visitors that the server remembers', () => {
  test('are forgotten after ten minutes without a stream', () => {
    let now = 0
    const visitors = createVisitors(() => now)
    const visitor = visitors.get('a', 'Tern')
    now += 5 * 60_000
    expect(visitors.get('a')).toBe(visitor)
    now += 10 * 60_000 + 1
    visitors.get('b', 'Heron')
    expect(visitors.get('a', 'Tern')).not.toBe(visitor)
  })

  test('are limited in number', () => {
    const visitors = createVisitors()
    for (let visitor = 0; visitor < 200; visitor += 1) visitors.get(String(visitor))
    expect(() => visitors.get('one more')).toThrow('malformed')
    expect(() => visitors.get('one-more', '<b>')).toThrow('malformed')
    expect(() => visitors.get('one-more')).toThrow('Too many')
    expect(visitors.get('7')).toBeDefined()
  })
})

/** The id of the first event in the body, which is then cancelled. */
async function firstId({ body }: Response): Promise<string> {
  const decoder = new TextDecoder()
  const reader = body!.getReader()
  let text = ''
  for (;;) {
    const { value, done } = await reader.read()
    text += decoder.decode(value, { stream: true })
    const id = /^id: (.+)$/m.exec(text)?.[1]
    if (id || done) {
      await reader.cancel()
      return id ?? ''
    }
  }
}
