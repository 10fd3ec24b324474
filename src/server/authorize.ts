/** Rules: who may join a channel. Asked in parallel, each with a time limit. */
import { delay } from '../abort.js'
import type { Params } from './pattern.js'

/** A rule's answer. At `expiresAt` (`Date.now()` ms) the rule is asked again. */
export type Authorization =
  | boolean
  | { readonly ok: boolean; readonly expiresAt?: number | undefined }

/** Anything but `true`, or a throw, refuses this channel only; over the time limit it is asked again later. */
export type SSEAuthorizeCallback<X = unknown, P = Params> = (
  context: X,
  params: P,
) => Authorization | PromiseLike<Authorization>

export interface Answer {
  readonly ok: boolean
  /** `Date.now()` ms; Infinity where the answer stands. */
  readonly expiresAt: number
}

const REFUSED: Answer = { ok: false, expiresAt: Number.POSITIVE_INFINITY }
const GRANTED: Answer = { ok: true, expiresAt: Number.POSITIVE_INFINITY }

/** Asks a rule; without one the channel is public. Never throws or rejects: what the rule throws is a refusal and goes to `onError`. */
export function ask<X>(
  rule: SSEAuthorizeCallback<X> | undefined,
  context: X,
  params: Params,
  onError: (error: unknown) => void,
): Answer | Promise<Answer> {
  if (!rule) return GRANTED
  const refuse = (error: unknown) => {
    onError(error)
    return REFUSED
  }
  try {
    const said = rule(context, params)
    return isPromise(said) ? Promise.resolve(said).then(answerOf).catch(refuse) : answerOf(said)
  } catch (error) {
    return refuse(error)
  }
}

/** Only `true` grants: what a rule forgot to return does not. Throws `TypeError` for what is neither yes nor no. */
function answerOf(said: Authorization): Answer {
  if (said === true) return GRANTED
  if (!said || (typeof said === 'object' && 'ok' in said && !said.ok)) return REFUSED
  if (typeof said !== 'object' || said.ok !== true)
    throw new TypeError(
      `A rule returned a ${typeof said}, which grants nothing. Return true, false, or { ok, expiresAt }.`,
    )
  const { expiresAt = Number.POSITIVE_INFINITY } = said
  if (typeof expiresAt !== 'number' || Number.isNaN(expiresAt))
    throw new TypeError(
      `A rule returned an "expiresAt" that is no time: ${String(expiresAt)}. It is milliseconds, as of Date.now().`,
    )
  return expiresAt > Date.now() ? { ok: true, expiresAt } : REFUSED
}

/** The answers that came before the limit; `undefined` for the others. Rejects when the signal aborts. */
export async function withinLimit(
  asked: readonly (Answer | Promise<Answer>)[],
  limit: number,
  signal: AbortSignal,
): Promise<(Answer | undefined)[]> {
  signal.throwIfAborted()
  const answers: (Answer | undefined)[] = asked.map(() => undefined)
  const waited = new AbortController()
  const abort = () => waited.abort(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  const collected = asked.map(async (answer, at) => {
    answers[at] = await answer
  })
  try {
    await Promise.race([Promise.all(collected), delay(limit, waited.signal)])
  } finally {
    signal.removeEventListener('abort', abort)
    waited.abort()
  }
  return answers
}

export function isPromise<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof (value as PromiseLike<T> | null | undefined)?.then === 'function'
}
