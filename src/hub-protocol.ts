/** The hub's wire protocol, version 1: what both ends say, how each reads the other, and the order of ids. See docs/protocol.md. */

/** The `event:` of the hub's own blocks; messages have none. */
export const CONTROL_TYPE = 'hub'

/** Bytes of a request's body that every hub takes. One that takes more says so in its hello. */
export const LEAST_BODY = 64 * 1024

/** Where a channel begins: the log's start, its last `n` messages, or after an id. */
export type Replay = 'earliest' | { readonly last: number } | (string & {})

/** The hub's answer for a channel. 'volatile': joined, without ids and replay. */
export type Verdict = 'ok' | 'volatile' | 'denied' | 'unknown' | 'limit'
/** 'unavailable': the rule took too long and is asked again; another verdict follows. */
export type WireVerdict = Verdict | 'unavailable'

/**
 * 'trimmed': the log has forgotten what came right after the cursor. 'epoch': another log, as after a restart. 'rewound': the cursor is
 * ahead of the log, which lost its end. 'hole': the log lost something while the stream was live. 'overflow': reserved.
 */
export type GapReason = 'trimmed' | 'epoch' | 'rewound' | 'overflow' | 'hole'

export interface WantedChannel {
  readonly name: string
  /** Absent: after `last` of the request that opens the stream, else from now on. */
  readonly since?: Replay | undefined
}

/** Opens a stream. */
export interface OpenRequest {
  readonly v: 1
  /** The client's label, see `isClientId`. */
  readonly cid?: string | undefined
  /** Changes of the wanted set over the client's life. */
  readonly rev: number
  readonly channels: readonly WantedChannel[]
  /** The cursor: every channel without `since` has had everything up to it. */
  readonly last?: string | undefined
  /** The connection id of a stream that this one replaces. */
  readonly replaces?: string | undefined
}

/** Changes the channels of an open stream. */
export interface ControlRequest {
  readonly conn: string
  readonly rev: number
  /** The full wanted set. */
  readonly channels: readonly WantedChannel[]
}

/** The data of a block of the reserved type. */
export type ControlBlock =
  | {
      readonly t: 'hello'
      readonly v: 1
      readonly conn: string
      /** Milliseconds; 0: none. */
      readonly heartbeat: number
      /** Bytes of a request's body that the hub takes, where it is not `LEAST_BODY`. */
      readonly body?: number
    }
  | {
      readonly t: 'sub'
      readonly rev: number
      readonly channels: Readonly<Record<string, WireVerdict>>
      /** Where it changed. */
      readonly heartbeat?: number
    }
  | {
      readonly t: 'gap'
      readonly channels: readonly string[]
      readonly why: GapReason
      /** The id before the first of the replay, where the block has no `id:` line. */
      readonly i?: string
    }
  | { readonly t: 'revoked'; readonly channels: readonly string[] }
  | { readonly t: 'drain'; readonly after: number }

/** The data of a message's block. */
export interface HubMessage {
  /** Channel. */
  readonly c: string
  /** Type. */
  readonly e: string
  /** Payload; absent for `undefined`. */
  readonly d?: unknown
  /** Its id, where the block has no `id:` line though the message has one. */
  readonly i?: string
}

// ── ids ─────────────────────────────────────────────────────────────────────────────────────────

const ID = /^([\w~]+)\.((?:0|[1-9]\d*)(?:-(?:0|[1-9]\d*))*)$/

/** The order of two ids `<epoch>.<position>`: below 0, 0, above 0; `undefined` for ids of two epochs, or of another make. */
export function compareIds(a: string, b: string): number | undefined {
  const left = ID.exec(a)
  const right = ID.exec(b)
  if (!left || !right || left[1] !== right[1]) return undefined
  const others = (right[2] as string).split('-')
  const numbers = (left[2] as string).split('-')
  for (const [at, number] of numbers.entries()) {
    const other = others[at]
    // Without leading zeros the longer number is the larger one, however large.
    if (other === undefined || number.length > other.length) return 1
    if (number.length < other.length || number < other) return -1
    if (number > other) return 1
  }
  return numbers.length - others.length
}

/** Whether a message of this id is news for who has had `cursor`. What cannot be compared is news. */
export function isAfter(id: string, cursor: string): boolean {
  return (compareIds(id, cursor) ?? 1) > 0
}

/** What an id may look like wherever it stands: it travels in a header and in a line of its own. */
export function isId(value: unknown): value is string {
  return typeof value === 'string' && /^[!-~]{1,128}$/.test(value)
}

/**
 * A new client id. It has a form of its own, so that a page cannot take a principal's id for its label and be sent what is meant
 * for that principal alone.
 */
export function createClientId(): string {
  // Not randomUUID, which pages without https do not have.
  return `c~${crypto.getRandomValues(new Uint32Array(4)).join('-')}`
}

/** `c~` and 16 to 64 letters, digits, `-` or `_`. */
export function isClientId(value: unknown): value is string {
  return typeof value === 'string' && /^c~[\w-]{16,64}$/.test(value)
}

// ── reading ─────────────────────────────────────────────────────────────────────────────────────

type Fields = Readonly<Record<string, unknown>>

/** The largest `{ last: n }`. */
const MOST_LAST = 10_000

/** A request's body, or a sentence that says what is wrong with it. */
export function readRequest(body: unknown): OpenRequest | ControlRequest | string {
  if (!isFields(body)) return 'The body is not a JSON object.'
  const { v, conn, cid, rev, channels, last, replaces } = body
  if (!isCount(rev)) return '"rev" is not a whole number from 0.'
  if (!Array.isArray(channels)) return '"channels" is not an array.'
  for (const wanted of channels) {
    if (!isFields(wanted) || typeof wanted.name !== 'string')
      return 'An entry of "channels" is no object with a "name".'
    if (wanted.since !== undefined && !isReplay(wanted.since))
      return '"since" is neither an id, nor "earliest", nor { "last": n }.'
  }
  if ('conn' in body) {
    if (!isId(conn)) return '"conn" is no connection id.'
    return { conn, rev, channels }
  }
  if (v !== 1) return 'This hub speaks version 1 of the protocol: "v" is not 1.'
  if (cid !== undefined && !isClientId(cid)) return '"cid" is no client id.'
  if (last !== undefined && last !== '' && !isId(last)) return '"last" is no id.'
  if (replaces !== undefined && !isId(replaces)) return '"replaces" is no connection id.'
  return { v, cid, rev, channels, last: last || undefined, replaces }
}

/** The hub's own block; `undefined` for what this version does not know. */
export function readControl(data: string): ControlBlock | undefined {
  const block = parse(data)
  const names = (value: unknown) =>
    Array.isArray(value) && value.every((name) => typeof name === 'string')
  switch (block?.t) {
    case 'hello':
      return isId(block.conn) && isCount(block.heartbeat) && isCountOrNone(block.body)
        ? (block as ControlBlock)
        : undefined
    case 'sub':
      return isCount(block.rev) && isFields(block.channels) && isCountOrNone(block.heartbeat)
        ? (block as ControlBlock)
        : undefined
    case 'gap':
      return names(block.channels) && typeof block.why === 'string' && isIdOrNone(block.i)
        ? (block as ControlBlock)
        : undefined
    case 'revoked':
      return names(block.channels) ? (block as ControlBlock) : undefined
    case 'drain':
      return isCount(block.after) ? (block as ControlBlock) : undefined
  }
  return undefined
}

/** A message's block; `undefined` for data that is none. */
export function readMessage(data: string): HubMessage | undefined {
  const message = parse(data)
  return typeof message?.c === 'string' && typeof message.e === 'string' && isIdOrNone(message.i)
    ? (message as unknown as HubMessage)
    : undefined
}

/** The channel of a message of which only the beginning is there, where the name comes first. */
export function readChannel(start: string): string | undefined {
  return readMessage(start.replace(/,"e":.*/s, ',"e":""}'))?.c
}

function parse(data: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(data)
    return isFields(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function isCountOrNone(value: unknown): boolean {
  return value === undefined || isCount(value)
}

function isIdOrNone(value: unknown): boolean {
  return value === undefined || isId(value)
}

/** Whether a hub understands it. */
export function isReplay(value: unknown): value is Replay {
  if (!isFields(value)) return isId(value)
  return isCount(value.last) && value.last <= MOST_LAST
}
