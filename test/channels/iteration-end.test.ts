/** However a loop over a source ends, nothing is left behind. */
import type { Message } from 'tidewire'
import { describe, expect, test, vi } from 'vitest'
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

const DONE = { done: true, value: undefined }
const dataOf = ({ value }: IteratorResult<Message, undefined>) => value?.data

describe('a loop ends', () => {
  test('with break, which lets go of the source', async () => {
    const { source, open } = createTestSource()
    const seen: unknown[] = []
    const looping = (async () => {
      for await (const { data } of source) {
        seen.push(data)
        if (data === '2') break
      }
    })()
    const stream = await open()
    await send(stream, numbered(1, 5))
    await looping
    expect(seen).toEqual(['1', '2'])
    await advance(250)
    expect(stream.isAborted).toBe(true)
    expect(source.status.peek()).toBe('idle')
  })

  test('with a throw in its body, which lets go too', async () => {
    const { source, open } = createTestSource()
    const boom = new Error('body')
    const looping = (async () => {
      for await (const _ of source) throw boom
    })()
    looping.catch(() => {})
    const stream = await open()
    await send(stream, numbered(1, 5))
    await expect(looping).rejects.toBe(boom)
    await advance(250)
    expect(stream.isAborted).toBe(true)
  })

  test('when the source is closed, after what is queued', async () => {
    const { source, open } = createTestSource()
    const loop = source[Symbol.asyncIterator]()
    await send(await open(), numbered(1, 2))
    source.close()
    expect(dataOf(await loop.next())).toBe('1')
    expect(dataOf(await loop.next())).toBe('2')
    expect(await loop.next()).toEqual(DONE)
    expect(await loop.next()).toEqual(DONE)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('when the server ends a POST', async () => {
    const { source, open } = createTestSource({ body: { prompt: 'why?' } })
    const text: unknown[] = []
    const looping = (async () => {
      for await (const { data } of source) text.push(data)
    })()
    const stream = await open()
    await send(stream, block('be'), block('cause'))
    stream.end()
    await looping
    expect(text).toEqual(['be', 'cause'])
  })

  test('by throwing the fatal error, after what is queued, once', async () => {
    const { source, server, open } = createTestSource()
    const loop = source[Symbol.asyncIterator]()
    const stream = await open()
    await send(stream, numbered(1, 1))
    stream.cut()
    await settle()
    await advance(2000)
    ;(await server.next()).respond(403)
    await settle()
    expect(dataOf(await loop.next())).toBe('1')
    await expect(loop.next()).rejects.toMatchObject({
      name: 'ResponseError',
      code: 'status',
      status: 403,
    })
    expect(await loop.next()).toEqual(DONE)
  })

  test('by throwing to the one who waits', async () => {
    const { source, server } = createTestSource()
    const loop = source[Symbol.asyncIterator]()
    const [first, second] = [loop.next(), loop.next()]
    first.catch(() => {})
    ;(await server.next()).respond(404)
    await expect(first).rejects.toMatchObject({ status: 404 })
    expect(await second).toEqual(DONE)
  })

  test('at once where the source is closed already', async () => {
    const { source } = createTestSource()
    source.close()
    for await (const _ of source) throw new Error('a message of a closed source')
    expect(vi.getTimerCount()).toBe(0)
  })

  test('at once with the error where the source has failed already', async () => {
    const { source, server } = createTestSource()
    source.connect()
    ;(await server.next()).respond(404)
    await settle()
    await expect(source[Symbol.asyncIterator]().next()).rejects.toMatchObject({ status: 404 })
  })

  test('with the signal of the options', async () => {
    const controller = new AbortController()
    const { source, open } = createTestSource({ signal: controller.signal })
    const looping = (async () => {
      for await (const _ of source);
    })()
    const stream = await open()
    controller.abort()
    await looping
    expect(stream.isAborted).toBe(true)
  })
})

test('return while a next is pending answers both, and pulls nothing afterwards', async () => {
  const { source, open } = createTestSource()
  const loop = source[Symbol.asyncIterator]()
  const stream = await open()
  const pending = loop.next()
  expect(await loop.return?.()).toEqual(DONE)
  expect(await pending).toEqual(DONE)
  await send(stream, numbered(1, 1))
  expect(await loop.next()).toEqual(DONE)
  expect(await loop.return?.()).toEqual(DONE)
})

test('return drops what is queued', async () => {
  const { source, open } = createTestSource()
  const loop = source[Symbol.asyncIterator]()
  await send(await open(), numbered(1, 5))
  await loop.return?.()
  expect(await loop.next()).toEqual(DONE)
})
