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
const FUNCTIONS = ['fetch', 'retryOn', 'onUnauthorized', 'onDiagnostic']

/** Throws `TypeError` for an option of the wrong type, `RangeError` for a number out of range; `where` names the function called. */
export function checkOptions(where: string, options: object): void {
  const given = options as Record<string, unknown>
  for (const [name, least] of Object.entries(LEAST)) {
    const value = given[name]
    if (value === undefined || (name in WORDS && value === WORDS[name])) continue
    const or = name in WORDS ? ` or ${String(WORDS[name])}` : ''
    const expected = `${where}: the option "${name}" takes a number of at least ${least}${or}, not ${show(value)}.`
    if (typeof value !== 'number') throw new TypeError(expected)
    if (!(value >= least)) throw new RangeError(expected)
  }
  for (const name of FUNCTIONS) {
    const value = given[name]
    if (value !== undefined && typeof value !== 'function')
      throw new TypeError(`${where}: the option "${name}" takes a function, not ${show(value)}.`)
  }
}

/** A value as it reads in an error. */
export function show(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value)
}
