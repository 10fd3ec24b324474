/** The data of an event as the payload of a message: parsed, then validated. */
import type { EventSchemas, Schema, SchemaResult } from '../contract.js'
import { describe, MessageError, type SchemaIssue } from '../errors.js'
import type { StreamEvent } from '../event-stream/event.js'
import { isPromiseLike } from './promise-like.js'

/** 'auto': JSON where data begins with `{` or `[`, else text. 'json': always. 'text': as it came. Invalid JSON is a `MessageError`. */
export type Parse = 'auto' | 'json' | 'text' | ((data: string, event: StreamEvent) => unknown)

/** Throws `MessageError` ('decode' or 'validation'), whatever the user's parser or schema threw. */
export function decode<E>(
  event: StreamEvent,
  parse: Parse,
  schemas: EventSchemas<E> | undefined,
): unknown {
  const { type, data: raw } = event
  let code: 'decode' | 'validation' = 'decode'
  let issues: readonly SchemaIssue[] = []
  try {
    const data = parsed(event, parse)
    code = 'validation'
    if (!schemas || !Object.hasOwn(schemas, type)) return data
    const result = validated(data, schemas[type as keyof E])
    if (!result.issues) return result.value
    const problem = new Error(result.issues.map(({ message }) => message).join('; '))
    issues = result.issues
    throw problem
  } catch (cause) {
    const message = `An event "${type}" could not be used (${code}): ${describe(cause)}`
    throw new MessageError(code, message, { type, raw, issues, cause })
  }
}

function parsed(event: StreamEvent, parse: Parse): unknown {
  const { data } = event
  if (typeof parse === 'function') return atOnce('parse', parse(data, event))
  const isJSON = parse === 'json' || (parse === 'auto' && /^[{[]/.test(data))
  return isJSON ? JSON.parse(data) : data
}

function validated<T>(data: unknown, schema: Schema<T> | undefined): SchemaResult<unknown> {
  return schema ? atOnce('schema', schema['~standard'].validate(data)) : { value: data }
}

/** Messages are handed on in order, so none of them waits. */
function atOnce<T>(option: string, result: T | PromiseLike<T>): T {
  if (!isPromiseLike(result)) return result
  result.then(undefined, () => {})
  throw new TypeError(
    `the option "${option}" answered with a promise; use one that answers at once`,
  )
}
