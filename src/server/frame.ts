/** An event as it travels, encoded once for everybody who gets it. */
import { formatSSE } from '../event-stream/encoder.js'
import { CONTROL_TYPE, type ControlBlock } from '../hub-protocol.js'
import type { LogEntry } from './log.js'

/** 'id': with an `id:` line. 'named': without one, its id in the data. 'native': one channel, type and payload as they are. */
export type FrameForm = 'id' | 'named' | 'native'

export interface Frame {
  readonly entry: LogEntry
  /** '' on a volatile channel. */
  readonly id: string
  bytes(form: FrameForm): Uint8Array<ArrayBuffer>
}

const encoder = new TextEncoder()
const LINE_END = /[\r\n]/

export function createFrame(entry: LogEntry, id: string): Frame {
  const encoded: Partial<Record<FrameForm, Uint8Array<ArrayBuffer>>> = {}
  return {
    entry,
    id,
    bytes(form) {
      encoded[form] ??= encoder.encode(textOf(entry, id, form))
      return encoded[form]
    },
  }
}

function textOf({ channel, type, data }: LogEntry, id: string, form: FrameForm): string {
  if (form === 'native') return formatSSE({ ...nativeType(type), data: plain(data), ...idOf(id) })
  const name = form === 'named' && id ? `,"i":${JSON.stringify(id)}` : ''
  const payload = data && `,"d":${oneLine(data)}`
  const line = form === 'id' && id ? `id: ${id}\n` : ''
  return `${line}data: {"c":${JSON.stringify(channel)},"e":${JSON.stringify(type)}${payload}${name}}\n\n`
}

const nativeType = (type: string) => (type === 'message' ? {} : { type })
const idOf = (id: string) => (id ? { id } : {})

/** JSON text of another make may be spread over lines, which would end the block's line. */
function oneLine(data: string): string {
  return LINE_END.test(data) ? JSON.stringify(parsed(data)) : data
}

function plain(data: string): string {
  const value = data && parsed(data)
  return typeof value === 'string' ? value : data
}

/** What is no JSON, which only a log of another make can have, is the text that it is. */
function parsed(data: string): unknown {
  try {
    return JSON.parse(data)
  } catch {
    return data
  }
}

export interface ControlLines {
  readonly id?: string | undefined
  readonly retry?: number | undefined
}

export function encodeControl(block: ControlBlock, lines: ControlLines = {}): Uint8Array {
  return encoder.encode(formatSSE({ type: CONTROL_TYPE, data: block, ...lines }))
}

/** An id-only block: moves a cursor and is no event. */
export function encodeId(id: string): Uint8Array {
  return encoder.encode(formatSSE({ id }))
}

/** When to come back, for readers that know nothing else. */
export function encodeRetry(retry: number): Uint8Array {
  return encoder.encode(formatSSE({ retry }))
}

export const HEARTBEAT = encoder.encode(':\n\n')
