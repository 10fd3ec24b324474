/** What a request says: the JSON of a POST, bounded, or the query of a GET. */
import { isClientId, isId, type OpenRequest, readRequest } from '../hub-protocol.js'
import { Refusal } from './refusal.js'

/** Throws a `Refusal`: 413 over `limit` bytes, 400 for anything but JSON that the protocol knows. */
export async function readPost(request: Request, limit: number) {
  // A form or plain text needs no preflight, so any page could send it.
  if (!/^application\/json\s*(;|$)/i.test(request.headers.get('content-type') ?? ''))
    throw new Refusal(400, 'Send JSON, with the header "content-type: application/json".')
  const text = await readText(request, limit)
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    throw new Refusal(400, 'The body is not JSON.')
  }
  const read = readRequest(body)
  if (typeof read === 'string') throw new Refusal(400, read)
  return read
}

async function readText(request: Request, limit: number): Promise<string> {
  const tooLarge = () => new Refusal(413, `The body is larger than ${limit} bytes.`)
  if (Number(request.headers.get('content-length') ?? 0) > limit) throw tooLarge()
  // Absent in Firefox, where the hub runs in the page that asks it.
  const stream: ReadableStream<Uint8Array> | null | undefined = request.body
  const body = stream === undefined ? (await request.blob()).stream() : stream
  if (!body) return ''
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let text = ''
  let size = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return text + decoder.decode()
    size += value.length
    if (size > limit) {
      reader.cancel().catch(() => {})
      throw tooLarge()
    }
    text += decoder.decode(value, { stream: true })
  }
}

export interface GetRequest extends OpenRequest {
  readonly native: boolean
}

/** Throws a `Refusal` (400) for a query that the protocol does not know. */
export function readGet(request: Request): GetRequest {
  const query = new URL(request.url).searchParams
  const names = query.getAll('channel')
  const cid = query.get('cid') ?? undefined
  const mode = query.get('mode')
  const last = request.headers.get('last-event-id') ?? undefined
  if (mode !== null && mode !== 'native') throw new Refusal(400, 'The only "mode" is "native".')
  if (mode && names.length !== 1)
    throw new Refusal(400, 'The native form has exactly one "channel".')
  if (cid !== undefined && !isClientId(cid)) throw new Refusal(400, '"cid" is no client id.')
  return {
    v: 1,
    cid,
    rev: 0,
    channels: names.map((name) => ({ name })),
    // What is no id of ours is like one of another epoch: the log cannot vouch for it.
    last: last ? (isId(last) ? last : 'unknown') : undefined,
    native: mode !== null,
  }
}

/** Whether an event stream is an answer the request accepts; without a header everything is. */
export function acceptsStream(request: Request): boolean {
  const accept = request.headers.get('accept')
  return (
    accept === null ||
    accept
      .split(',')
      .some(
        (range) =>
          /^\s*(text\/event-stream|text\/\*|\*\/\*)\s*(;|$)/i.test(range) &&
          !/;\s*q=0(\.0*)?\s*(;|$)/i.test(range),
      )
  )
}
