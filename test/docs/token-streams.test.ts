import { text as textOf } from 'node:stream/consumers'
import { type ConnectionState, createSource, type ReadonlySignal, SSEClient } from 'tidewire'
import { formatSSE } from 'tidewire/server'
import { expect, vi } from 'vitest'
import { eventStream } from '../support/document/event-stream.js'
import { eventually } from '../support/document/eventually.js'
import { describeDocument, type Place } from '../support/document/node.js'

interface Asked {
  text: ReadonlySignal<string>
  state: ReadonlySignal<ConnectionState>
  stop(): void
}

/** Watches what a block returns until it says so. */
async function reads(text: ReadonlySignal<string>, expected: string) {
  const stop = text.subscribe(() => {})
  await eventually(() => expect(text.value).toBe(expected))
  stop()
}

/** Answers each request with what a service sends. */
function answerWith(place: Place, ...lines: string[]) {
  place.serve(async (request, response) => {
    expect(JSON.parse(await textOf(request))).toEqual({ prompt: 'Why?' })
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.end(lines.map((line) => `${line}\n\n`).join(''))
  })
}

const chunk = (content: string) => `data: ${JSON.stringify({ choices: [{ delta: { content } }] })}`

describeDocument(
  'docs/token-streams.md',
  {
    async 'ask.ts'(place) {
      let left = false
      place.serve((_request, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        for (const text of ['Rivers ', 'bring '])
          response.write(formatSSE({ type: 'delta', data: { text } }))
        response.on('close', () => {
          left = true
        })
      })
      const { ask } = await place.load<{ ask(prompt: string): Asked }>('ask.ts')
      const { text, state, stop } = ask('Why?')
      expect(state.value.status).toBe('idle')
      text.subscribe(() => {})
      await eventually(() => expect(text.value).toBe('Rivers bring '))
      stop()
      expect(state.value).toEqual({ status: 'closed', reason: 'user' })
      await eventually(() => expect(left).toBe(true))
    },

    async 'route.ts'(place) {
      const service = eventStream()
      place.host('https://api.openai.com', service.respond)
      await place.load('route.ts')
      expect((await fetch('/api/answer', { method: 'POST', body: '{}' })).status).toBe(400)

      const { ask } = await place.load<{ ask(prompt: string): Asked }>('ask.ts')
      const whole = ask('Why?')
      whole.text.subscribe(() => {})
      await eventually(() => expect(service.open).toBe(1))
      expect(await service.requests[0]?.json()).toMatchObject({
        stream: true,
        messages: [{ content: 'Why?' }],
      })
      for (const content of ['Rivers ', undefined, 'bring salt.'])
        service.send({ data: { choices: [{ delta: { content } }] } })
      service.send({ data: '[DONE]' })
      await eventually(() =>
        expect(whole.state.value).toEqual({ status: 'closed', reason: 'server' }),
      )
      expect(whole.text.value).toBe('Rivers bring salt.')

      const stopped = ask('Why?')
      stopped.text.subscribe(() => {})
      await eventually(() => expect(service.open).toBe(1))
      stopped.stop()
      await eventually(() => expect(service.open).toBe(0))

      const complain = vi.spyOn(console, 'error').mockImplementation(() => {})
      const refused = createSource('/api/answer', { body: { prompt: 'Why?' } })
      const errors: string[] = []
      refused.on('error', ({ code, message }) => errors.push(`${code}: ${message}`))
      await eventually(() => expect(service.open).toBe(1))
      service.cut()
      await eventually(() =>
        expect(errors).toEqual(['remote: The model does not answer. Try again.']),
      )
      await eventually(() => expect(refused.status.value).toBe('closed'))
      expect(complain).toHaveBeenCalledOnce()
    },

    async 'openai.ts'(place) {
      answerWith(place, chunk('Rivers '), chunk('bring salt.'), 'data: [DONE]')
      const { readCompletion } =
        await place.load<Record<string, (prompt: string) => ReadonlySignal<string>>>('openai.ts')
      await reads(readCompletion!('Why?'), 'Rivers bring salt.')
    },

    async 'anthropic.ts'(place) {
      answerWith(
        place,
        'event: message_start\ndata: {"type":"message_start"}',
        'event: ping\ndata: {"type":"ping"}',
        ...['Rivers ', 'bring salt.'].map(
          (text) =>
            `event: content_block_delta\ndata: ${JSON.stringify({ delta: { type: 'text_delta', text } })}`,
        ),
        'event: message_stop\ndata: {"type":"message_stop"}',
      )
      const { readMessage } =
        await place.load<Record<string, (prompt: string) => ReadonlySignal<string>>>('anthropic.ts')
      await reads(readMessage!('Why?'), 'Rivers bring salt.')
    },

    async 'plain-text.ts'(place) {
      const tokens = [' Rivers', ' bring', '\n\n', '{ salt', ' }', '[1]']
      answerWith(
        place,
        ...tokens.map((data) => formatSSE({ data }).trimEnd().replace(/:$/gm, ': ')),
      )
      const { readText } =
        await place.load<Record<string, (prompt: string) => ReadonlySignal<string>>>(
          'plain-text.ts',
        )
      await reads(readText!('Why?'), tokens.join(''))
    },

    async 'channels.ts'({ load }) {
      expect(Object.keys(await load('channels.ts'))).toEqual([])
    },

    async 'durable.ts'({ load }) {
      await load('durable.ts')
      const body = JSON.stringify({ prompt: 'Why is it salty?' })
      const { id } = await (await fetch('/api/answers', { method: 'POST', body })).json()
      const client = new SSEClient()
      const read = () =>
        client
          .channel(`answers/${id}`, { replay: 'earliest' })
          .fold('', (text, { type, data }) =>
            type === 'delta' ? text + (data as { text: string }).text : `${text}.`,
          )
      await reads(read(), 'You asked: Why is it salty?.')
      client.close()
      // Another page, later.
      const other = new SSEClient()
      const text = other
        .channel(`answers/${id}`, { replay: 'earliest' })
        .fold(0, (count) => count + 1)
      text.subscribe(() => {})
      await eventually(() => expect(text.value).toBe(7))
      other.close()
    },
  },
  {
    async 'a POST that breaks is not sent again, unless its events have ids'(place) {
      const asked: (string | undefined)[] = []
      place.serve((request, response) => {
        const id = request.headers['last-event-id']
        asked.push(`${request.url} ${id}`)
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        if (id) return response.end(formatSSE({ id: 2, data: 'b' }))
        response.write(formatSSE({ data: 'a', ...(request.url === '/kept' && { id: 1 }) }))
        return setTimeout(() => response.destroy(), 50)
      })
      const watch = (url: string, options = {}) => {
        const source = createSource(url, { body: {}, reconnectDelay: 10, ...options })
        source.on('*', () => {})
        return source
      }
      const closes = async (url: string) => {
        const { state } = watch(url)
        await eventually(() => expect(state.value.status).toBe('closed'))
        return state.value
      }
      expect(await closes('/plain')).toMatchObject({ reason: 'failed' })
      expect(await closes('/kept')).toMatchObject({ reason: 'server' })
      expect(asked).toEqual(['/plain undefined', '/kept undefined', '/kept 1'])
      const again = watch('/again', { idempotent: true })
      await eventually(() => expect(asked.length).toBeGreaterThan(5))
      again.close()
      expect(new Set(asked.slice(3))).toEqual(new Set(['/again undefined']))
    },
  },
)
