/** What Tidewire reports: one base class with a stable `code`, a subclass for each layer that can fail. */

/**
 * 'network': no response, or the body broke. 'timeout': no headers or no hello in time. 'silence': no byte for the heartbeat window.
 * 'protocol': a hub that talks nonsense. 'ended': an end that nobody announced. 'request': no request can be made of the options.
 */
export type ConnectionErrorCode =
  | 'network'
  | 'timeout'
  | 'silence'
  | 'protocol'
  | 'ended'
  | 'request'
/** 'status': not 200. 'unauthorized': 401. 'content-type': 200, but no event stream. */
export type ResponseErrorCode = 'status' | 'unauthorized' | 'content-type'
/** 'denied': the rule said no. 'unknown': no such channel. 'limit': one channel too many. 'revoked': taken back. */
export type ChannelErrorCode = 'denied' | 'unknown' | 'limit' | 'revoked'
/** 'decode': not what `parse` expects. 'validation': the schema said no. 'too-large': over `maxEventSize`. */
export type MessageErrorCode = 'decode' | 'validation' | 'too-large'
/** Every `code`. 'remote': the server sent an event `error`. 'seed': a snapshot failed. 'overflow': a loop fell behind. */
export type SSEErrorCode =
  | ConnectionErrorCode
  | ResponseErrorCode
  | ChannelErrorCode
  | MessageErrorCode
  | 'remote'
  | 'seed'
  | 'overflow'

/** As `ErrorOptions`, which older libraries do not know. */
interface Caused {
  cause?: unknown
}

/** Base of everything Tidewire reports. `code` is stable and for programs, `message` is for people. */
export class SSEError extends Error {
  /** The name of the class, also where the code was minified. */
  override readonly name: string = 'SSEError'
  /** What happened. Stable. */
  readonly code: SSEErrorCode
  /** What was thrown, where something was. */
  declare readonly cause?: unknown
  /** The connection tries again by itself after this error, unless `retryOn` says otherwise. */
  readonly retryable: boolean = false
  /** HTTP status, where a response was the cause. */
  readonly status: number | undefined = undefined

  constructor(code: SSEErrorCode, message: string, options?: Caused) {
    super(message, options)
    this.code = code
  }
}

/**
 * No usable connection: no network, no headers in time, no byte in time, an unannounced end, a hub that talks nonsense. Retryable,
 * save 'request': an option of which no request can be made.
 */
export class ConnectionError extends SSEError {
  override readonly name = 'ConnectionError'
  declare readonly code: ConnectionErrorCode
  declare readonly retryable: boolean

  constructor(code: ConnectionErrorCode, message: string, options?: Caused) {
    super(code, message, options)
    this.retryable = code !== 'request'
  }
}

/** The server answered, but not with an event stream. Retryable by status: 408, 425, 429 and 5xx. */
export class ResponseError extends SSEError {
  override readonly name = 'ResponseError'
  declare readonly code: ResponseErrorCode
  declare readonly retryable: boolean
  declare readonly status: number
  /** Of the response; `Retry-After` among them was heeded already. */
  readonly headers: Headers

  constructor(
    code: ResponseErrorCode,
    message: string,
    response: Pick<Response, 'status' | 'headers'>,
    options?: Caused,
  ) {
    super(code, message, options)
    const { status } = response
    this.status = status
    this.headers = response.headers
    this.retryable = status === 408 || status === 425 || status === 429 || status >= 500
  }
}

/** The hub refused one channel, or took it back ('revoked'); the others go on. On the server: nothing declared fits a name. */
export class ChannelError extends SSEError {
  override readonly name = 'ChannelError'
  declare readonly code: ChannelErrorCode
  /** Its name. */
  readonly channel: string

  constructor(code: ChannelErrorCode, channel: string, message: string) {
    super(code, message)
    this.channel = channel
  }
}

/** What a validator said about a payload; the issue type of Standard Schema. */
export interface SchemaIssue {
  readonly message: string
  readonly path?: ReadonlyArray<PropertyKey | { readonly key: PropertyKey }> | undefined
}

export interface MessageErrorDetails extends Caused {
  /** The event's type. */
  type: string
  raw?: string
  issues?: readonly SchemaIssue[]
}

/** One event could not be used; the feed goes on. */
export class MessageError extends SSEError {
  override readonly name = 'MessageError'
  declare readonly code: MessageErrorCode
  /** The event's type. */
  readonly type: string
  /** The text as it came; of 'too-large' its beginning, at most 500 characters. */
  readonly raw: string
  /** What the schema said; empty unless `code` is 'validation'. */
  readonly issues: readonly SchemaIssue[]

  constructor(
    code: MessageErrorCode,
    message: string,
    { type, raw = '', issues = [], ...options }: MessageErrorDetails,
  ) {
    super(code, message, options)
    this.type = type
    this.raw = raw
    this.issues = issues
  }
}

/** The server sent an event of type `error`: `message` is its `data.message`, or its text. */
export class RemoteError<D = unknown> extends SSEError {
  override readonly name = 'RemoteError'
  declare readonly code: 'remote'
  /** The payload of the event. */
  readonly data: D

  constructor(data: D) {
    const said = (data as { message?: unknown } | null | undefined)?.message ?? data
    super('remote', typeof said === 'string' ? said : 'The server sent an error event.')
    this.data = data
  }
}

/** A fold's snapshot function rejected; its reason is `cause`. Tried again with the connection's delays. */
export class SeedError extends SSEError {
  override readonly name = 'SeedError'
  declare readonly code: 'seed'
  override readonly retryable = true

  constructor(cause: unknown) {
    super('seed', `The snapshot of a fold could not be loaded: ${describe(cause)}`, { cause })
  }
}

/** A loop fell more than `queue` messages behind: its iterator ends by throwing this, never by dropping. */
export class OverflowError extends SSEError {
  override readonly name = 'OverflowError'
  declare readonly code: 'overflow'

  constructor(queue: number) {
    super(
      'overflow',
      `The loop fell ${queue} messages behind. Do less in it, or raise the option "queue".`,
    )
  }
}

/** The text of whatever was thrown. Never throws, as some objects do when they are made a string. */
export function describe(thrown: unknown): string {
  try {
    return String(thrown instanceof Error ? thrown.message : thrown)
  } catch {
    return typeof thrown
  }
}

/** Hands what user code threw to the page's error handling, as the platform does with event listeners. Never throws. */
export function report(thrown: unknown): void {
  if (typeof reportError === 'function') reportError(thrown)
  else
    setTimeout(() => {
      throw thrown
    })
}

/** Runs user code; what it throws is reported and goes nowhere else. */
export function guard(run: () => void): void {
  try {
    run()
  } catch (thrown) {
    report(thrown)
  }
}
