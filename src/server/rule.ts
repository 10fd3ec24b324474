/** What was declared for a channel or pattern, with its defaults. */
import type { SSEAuthorizeCallback } from './authorize.js'

export interface ChannelRule {
  /** Absent: public. */
  readonly authorize: SSEAuthorizeCallback | undefined
  readonly heartbeat: number | undefined
  readonly headers: HeadersInit | undefined
  /** `false`: volatile. */
  readonly replay: boolean
}

const OPTIONS = ['authorize', 'heartbeat', 'headers', 'replay']

/** Throws `TypeError` or `RangeError` for what cannot be meant. A slip in the name of an option would make the channel public. */
export function resolveRule(
  pattern: string,
  rule: SSEAuthorizeCallback | Partial<ChannelRule> = {},
): ChannelRule {
  const where = `channel('${pattern}')`
  if (typeof rule === 'function') return resolveRule(pattern, { authorize: rule })
  if (typeof rule !== 'object' || rule === null)
    throw new TypeError(`${where}: the rule is a function or an object, not ${String(rule)}.`)
  for (const name of Object.keys(rule))
    if (!OPTIONS.includes(name))
      throw new TypeError(
        `${where}: there is no option "${name}". The options are ${OPTIONS.join(', ')}.`,
      )
  const { authorize, heartbeat, headers, replay = true } = rule
  if (authorize !== undefined && typeof authorize !== 'function')
    throw new TypeError(`${where}: authorize is a ${typeof authorize}, not a function.`)
  if (typeof replay !== 'boolean')
    throw new TypeError(`${where}: replay is a ${typeof replay}, not true or false.`)
  if (heartbeat !== undefined && !(typeof heartbeat === 'number' && heartbeat > 0))
    throw new RangeError(`${where}: heartbeat is ${String(heartbeat)}. Pass ms above 0.`)
  try {
    new Headers(headers)
  } catch (cause) {
    throw new TypeError(`${where}: the headers cannot be sent.`, { cause })
  }
  return { authorize, heartbeat, headers, replay }
}
