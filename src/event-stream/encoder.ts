/** Events to the text of an event stream: the counterpart of the parser. */
import { LONGEST_DELAY } from '../abort.js'
import { describe } from '../errors.js'

/** An event to send. A block of only `id` or `retry` is no event for its readers, but moves their cursor or reconnection time. */
export interface SSEEvent {
  /** Default 'message', as is ''. With a type but no data, the event is sent with empty data: browsers drop one without. */
  type?: string | undefined
  /** An older spelling of `type`. */
  event?: string | undefined
  /** A string goes as it is, its line ends (CR LF, CR, LF) arriving as LF; anything else goes as JSON. */
  data?: unknown
  /** The last event ID from here on; '' resets it. */
  id?: string | number | undefined
  /** Reconnection time in ms, at least 0; rounded to a whole number, and to 2³¹ − 1, the longest wait of a timer. */
  retry?: number | undefined
}

const LINE_END = /\r\n|\r|\n/

/**
 * The event as text, blank line included. Throws `TypeError` for CR, LF or NUL in type or id, for data that JSON cannot say, for an event with
 * nothing in it; `RangeError` for a `retry` that is negative or not finite.
 */
export function formatSSE(event: SSEEvent): string {
  if (typeof event !== 'object' || event === null)
    throw new TypeError(`formatSSE needs an event such as { type, data }, not ${String(event)}.`)
  const { type = event.event, data, id, retry } = event
  let block = ''
  if (type) block += `event: ${singleLine('type', type)}\n`
  if (id !== undefined) block += `id: ${singleLine('id', id)}\n`
  if (retry !== undefined) block += `retry: ${wholeNumber(retry)}\n`
  if (data !== undefined)
    for (const line of textOf(data).split(LINE_END)) block += `data: ${line}\n`
  else if (type !== undefined) block += 'data: \n'
  if (!block)
    throw new TypeError('formatSSE needs data, a type, an id or a retry: the event has none.')
  return `${block}\n`
}

function singleLine(field: string, value: string | number): string {
  if (typeof value !== 'string' && typeof value !== 'number')
    throw new TypeError(`formatSSE: the ${field} of an event is a string, not ${typeof value}.`)
  const text = String(value)
  if (/[\r\n\0]/.test(text))
    throw new TypeError(
      `formatSSE: the ${field} ${JSON.stringify(text)} contains CR, LF or NUL, which would end its line or void it. Remove them.`,
    )
  return text
}

function wholeNumber(retry: number): number {
  if (typeof retry !== 'number' || !(retry >= 0 && retry < Infinity))
    throw new RangeError(`formatSSE: retry is ${String(retry)}. Pass milliseconds, 0 or more.`)
  return Math.min(Math.round(retry), LONGEST_DELAY)
}

function textOf(data: unknown): string {
  if (typeof data === 'string') return data
  try {
    const json: string | undefined = JSON.stringify(data)
    if (json === undefined) throw new TypeError(`it is ${typeof data}`)
    return json
  } catch (cause) {
    const why = describe(cause)
    throw new TypeError(`formatSSE: the data cannot be sent as JSON: ${why}. Pass plain data.`, {
      cause,
    })
  }
}
