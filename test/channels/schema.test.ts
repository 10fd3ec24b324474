/** Payloads that a schema accepts, changes or refuses. */
import type { EventSchemas, MessageError, SourceOptions } from 'tidewire'
import { describe, expect, test, vi } from 'vitest'
import { settle, withFakeTime } from '../support/fake-time.js'
import {
  block,
  createTestSource,
  numbered,
  send,
  withReportedErrors,
} from '../support/test-source.js'

withFakeTime()
withReportedErrors()

/** What a source makes of the blocks: the payloads of its messages, and the failures. */
async function receive(options: SourceOptions, ...blocks: string[]) {
  const { source, open } = createTestSource(options)
  const data: unknown[] = []
  const failures: MessageError[] = []
  source.on('*', (payload) => data.push(payload))
  source.on('error', (error) => failures.push(error as MessageError))
  const stream = await open()
  await send(stream, blocks.join(''))
  return { source, stream, data, failures }
}

describe('schema', () => {
  type Check = (value: unknown) => unknown
  /** A Standard Schema with this `validate`. */
  const schemaOf = (validate: Check) => ({
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: validate as () => { value: never },
    } as const,
  })
  const untyped = (schemas: Record<string, ReturnType<typeof schemaOf>>) =>
    schemas as EventSchemas<Record<string, unknown>>
  const number = schemaOf((value) =>
    typeof (value as { n?: unknown }).n === 'number'
      ? { value }
      : { issues: [{ message: 'n is no number', path: ['n'] }, { message: 'at all' }] },
  )

  test('that is content gives the payload, changed or not', async () => {
    const double = schemaOf((value) => ({ value: { n: (value as { n: number }).n * 2 } }))
    const { data } = await receive({ schema: untyped({ message: double }) }, block('{"n":2}'))
    expect(data).toEqual([{ n: 4 }])
  })

  test('that is not is a MessageError with its issues', async () => {
    const { data, failures } = await receive(
      { schema: untyped({ message: number }) },
      block('{"n":1}'),
      block('{"n":"one"}'),
      block('{"n":2}'),
    )
    expect(data).toEqual([{ n: 1 }, { n: 2 }])
    expect(failures).toEqual([
      expect.objectContaining({
        code: 'validation',
        type: 'message',
        raw: '{"n":"one"}',
        issues: [{ message: 'n is no number', path: ['n'] }, { message: 'at all' }],
      }),
    ])
    expect(failures[0]?.message).toContain('n is no number; at all')
  })

  test('is asked for its own type alone', async () => {
    const { data, failures } = await receive(
      { schema: untyped({ point: number }) },
      block('{"n":"one"}'),
      block('{"n":"one"}', { type: 'point' }),
    )
    expect(data).toEqual([{ n: 'one' }])
    expect(failures.map(({ type }) => type)).toEqual(['point'])
  })

  test.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])(
    'of nobody is asked for an event of type %j',
    async (type) => {
      const { data, failures } = await receive(
        { schema: untyped({ message: number }) },
        block('{"n":"one"}', { type }),
      )
      expect(data).toEqual([{ n: 'one' }])
      expect(failures).toEqual([])
    },
  )

  test('is not asked where the data could not be parsed', async () => {
    const validate = vi.fn()
    const { failures } = await receive(
      { schema: untyped({ message: schemaOf(validate) }) },
      block('{'),
    )
    expect(failures.map(({ code }) => code)).toEqual(['decode'])
    expect(validate).not.toHaveBeenCalled()
  })

  const hostile: [string, Check, string][] = [
    ['an asynchronous answer', async (value) => ({ value }), 'promise'],
    ['an asynchronous refusal', () => Promise.reject(new Error('late')), 'promise'],
    [
      'a throw',
      () => {
        throw new Error('schema broke')
      },
      'schema broke',
    ],
    ['no answer', () => undefined, 'undefined'],
    ['no list of issues', () => ({ issues: 'wrong' }), ''],
  ]
  test.each(hostile)('with %s is a MessageError too', async (_, validate, said) => {
    const { source, stream, data, failures } = await receive(
      { schema: untyped({ message: schemaOf(validate) }) },
      block('{"n":1}', { id: '1' }),
      block('fine', { type: 'other' }),
    )
    await settle()
    expect(data).toEqual(['fine'])
    expect(failures).toEqual([
      expect.objectContaining({ code: 'validation', raw: '{"n":1}', issues: [] }),
    ])
    expect(failures[0]?.message).toContain(said)
    await send(stream, numbered(2, 2))
    expect(source.lastEventId).toBe('2')
  })

  test('that is none at all is a MessageError', async () => {
    const { failures } = await receive({ schema: { message: {} } as never }, block('x'))
    expect(failures).toEqual([expect.objectContaining({ code: 'validation', raw: 'x' })])
  })
})
