/** Options are checked where they are given, so that a slip is an error there and not a riddle later. */

const LEAST = {
  reconnectDelay: 0,
  maxReconnectDelay: 0,
  reconnectMultiplier: 1,
  maxReconnectAttempts: 0,
  connectTimeout: 1,
  heartbeatTimeout: 1,
  maxEventSize: 1,
  pauseWhenHidden: 0,
  history: 0,
  queue: 1,
  throttle: 0,
}
/** What other than a number an option takes. */
const WORDS: Record<string, unknown> = {
  heartbeatTimeout: false,
  pauseWhenHidden: false,
  throttle: 'frame',
}
/** What is no number, by the last word. */
const TYPES: Record<string, string> = {
  fetch: 'a function',
  retryOn: 'a function',
  onUnauthorized: 'a function',
  onDiagnostic: 'a function',
  method: 'a string',
  lastEventId: 'a string',
  schema: 'an object',
  signal: 'an object',
}

/** Throws `TypeError` for an option of the wrong type, `RangeError` for a number out of range; `where` names the function called. */
export function checkOptions(where: string, options: object): void {
  if (Object(options) !== options)
    throw new TypeError(`${where}: the options are an object, not ${show(options)}.`)
  const given = options as Record<string, unknown>
  for (const [name, least] of Object.entries(LEAST)) {
    const value = given[name]
    if (value === undefined || (name in WORDS && value === WORDS[name])) continue
    const or = name in WORDS ? ` or ${String(WORDS[name])}` : ''
    const expected = `${where}: the option "${name}" takes a number of at least ${least}${or}, not ${show(value)}.`
    if (typeof value !== 'number') throw new TypeError(expected)
    if (!(value >= least)) throw new RangeError(expected)
  }
  for (const [name, type] of Object.entries(TYPES)) {
    const value = given[name]
    if (value !== undefined && !type.endsWith(typeof value))
      throw new TypeError(`${where}: the option "${name}" takes ${type}, not ${show(value)}.`)
  }
}

/** Throws `TypeError` where `what` was not given a function. */
export function checkFunction(what: string, value: unknown): void {
  if (typeof value !== 'function')
    throw new TypeError(`${what} takes a function, not ${show(value)}.`)
}

/** A value as it reads in an error. */
export function show(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value)
}
