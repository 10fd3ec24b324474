/** The data of an event as the payload of a message: parsed, then validated. */
import type { EventSchemas, Schema } from '../contract.js'
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
  try {
    const data = parsed(event, parse)
    code = 'validation'
    const schema = schemas && Object.hasOwn(schemas, type) ? schemas[type as keyof E] : undefined
    return schema ? validated(data, schema) : data
  } catch (cause) {
    const issues = cause instanceof Invalid ? cause.issues : []
    throw new MessageError(
      code,
      `An event "${type}" could not be used (${code}): ${describe(cause)}`,
      { type, raw, issues, cause },
    )
  }
}

function parsed(event: StreamEvent, parse: Parse): unknown {
  const { data } = event
  if (typeof parse === 'function') return atOnce('parse', parse(data, event))
  const first = data.charCodeAt(0)
  const isJSON = parse === 'json' || (parse === 'auto' && (first === 0x7b || first === 0x5b))
  return isJSON ? JSON.parse(data) : data
}

function validated<T>(data: unknown, schema: Schema<T>): T {
  const result = atOnce('schema', schema['~standard'].validate(data))
  if (result.issues) throw new Invalid(result.issues)
  return result.value
}

/** Messages are handed on in order, so none of them waits. */
function atOnce<T>(option: string, result: T | PromiseLike<T>): T {
  if (!isPromiseLike(result)) return result
  result.then(undefined, () => {})
  throw new TypeError(
    `the option "${option}" answered with a promise; use one that answers at once`,
  )
}

class Invalid extends Error {
  readonly issues: readonly SchemaIssue[]

  constructor(issues: readonly SchemaIssue[]) {
    super(issues.map(({ message }) => message).join('; '))
    this.issues = issues
  }
}
