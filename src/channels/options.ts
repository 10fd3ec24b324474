/** Options are checked where they are given, so that a slip is an error there and not a riddle later. */

/** What each option takes: a number of at least so much, or what is said. */
const OPTIONS = {
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
  fetch: 'a function',
  retryOn: 'a function',
  onUnauthorized: 'a function',
  onDiagnostic: 'a function',
  method: 'a string',
  lastEventId: 'a string',
  schema: 'an object',
  signal: 'an object',
}
/** What else a number may be. */
const WORDS: Record<string, unknown> = {
  heartbeatTimeout: false,
  pauseWhenHidden: false,
  throttle: 'frame',
}

/** Throws `TypeError` for an option of the wrong type, `RangeError` for a number out of range; `where` names the function called. */
export function checkOptions(where: string, options: object): void {
  if (Object(options) !== options)
    throw new TypeError(`${where}: the options are an object, not ${show(options)}.`)
  for (const [name, takes] of Object.entries(OPTIONS)) {
    const value = (options as Record<string, unknown>)[name]
    const word = WORDS[name]
    if (value === undefined || value === word) continue
    const or = word === undefined ? '' : ` or ${word}`
    const what = `${where}: the option "${name}"`
    const expected = typeof takes === 'number' ? `a number of at least ${takes}${or}` : takes
    check(what, expected, value)
    if (typeof value === 'number' && !(value >= (takes as number)))
      throw new RangeError(refusal(what, expected, value))
  }
}

/** Throws `TypeError` for a value of another type than what is `expected`. */
export function check(what: string, expected: string, value: unknown): void {
  if (!expected.includes(typeof value)) throw new TypeError(refusal(what, expected, value))
}

function refusal(what: string, expected: string, value: unknown): string {
  return `${what} takes ${expected}, not ${show(value)}.`
}

/** A value as it reads in an error. */
export function show(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value)
}
