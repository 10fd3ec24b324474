/**
 * The event stream format as WHATWG HTML 9.2.6 tells it, sentence by sentence: slow, and easy to compare with the text. It takes the whole
 * stream at once.
 */

/** What a parser said, in the order in which it said it. */
export type Entry =
  | ['event', type: string, data: string, lastEventId: string]
  | ['id', lastEventId: string]
  | ['retry', milliseconds: number]
  | ['comment', text: string]
  | ['too-large', type: string]

export interface ReferenceOptions {
  lastEventId?: string
  maxEventSize?: number
}

export function referenceParse(
  bytes: Uint8Array,
  { lastEventId = '', maxEventSize = Infinity }: ReferenceOptions = {},
): Entry[] {
  const log: Entry[] = []

  // "Streams must be decoded using the UTF-8 decode algorithm", which strips one leading byte order mark.
  const stream = new TextDecoder('utf-8').decode(bytes)

  // "Lines must be separated by" CRLF, LF or CR. What follows the last of them is no line.
  const lines = stream.split(/\r\n|\n|\r/).slice(0, -1)

  let dataBuffer = ''
  let eventTypeBuffer = ''
  let lastEventIdBuffer = lastEventId
  // Not in the standard: `onId` tells of ids, and sizes have a limit.
  let blockHasId = false
  let blockIsTooLarge = false

  for (const line of lines) {
    const isOverlong = line.length > maxEventSize + 1024
    if (line === '') dispatchTheEvent()
    else if (line.startsWith(':')) {
      if (!isOverlong) log.push(['comment', line.slice(1)])
    } else if (line.includes(':')) {
      const field = line.slice(0, line.indexOf(':'))
      let value = line.slice(line.indexOf(':') + 1)
      if (value.startsWith(' ')) value = value.slice(1)
      if (!isOverlong) processTheField(field, value)
      else if (['data', 'event', 'id'].includes(field)) blockIsTooLarge = true
    } else if (!isOverlong) processTheField(line, '')
  }
  // "Once the end of the file is reached, any pending data must be discarded."
  return log

  function processTheField(field: string, value: string) {
    if (field === 'event') eventTypeBuffer = value
    else if (field === 'data') {
      dataBuffer += `${value}\n`
      if (dataBuffer.length - 1 > maxEventSize) blockIsTooLarge = true
    } else if (field === 'id') {
      if (value.includes('\0')) return
      lastEventIdBuffer = value
      blockHasId = true
    } else if (field === 'retry') {
      if (!/^[0-9]+$/.test(value)) return
      log.push(['retry', Math.min(Number.parseInt(value, 10), 2 ** 31 - 1)])
    }
  }

  function dispatchTheEvent() {
    const type = eventTypeBuffer === '' ? 'message' : eventTypeBuffer
    if (blockIsTooLarge) log.push(['too-large', type])
    else if (dataBuffer !== '')
      log.push(['event', type, dataBuffer.replace(/\n$/, ''), lastEventIdBuffer])
    if (blockHasId) log.push(['id', lastEventIdBuffer])
    dataBuffer = eventTypeBuffer = ''
    blockHasId = blockIsTooLarge = false
  }
}
