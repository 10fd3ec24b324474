/** A bounded queue behind an async iterator: filled by a feed, emptied by a loop. */
import { OverflowError } from '../errors.js'

export interface Queue<T> {
  readonly iterator: AsyncIterableIterator<T, undefined>
  push(item: T): void
  /** What is queued is still handed out; then the loop ends, or throws `error`. */
  end(error?: unknown): void
}

type Result<T> = IteratorResult<T, undefined>
const DONE = { done: true, value: undefined } as const

/** Holds `limit` items; one more ends it with an `OverflowError`. `left` is called once, when nothing more will be taken in. */
export function createQueue<T>(limit: number, left: () => void): Queue<T> {
  let items: T[] = []
  let head = 0
  /** Asked for while there was nothing to hand out. */
  const waiting: ((result: Result<T> | Promise<never>) => void)[] = []
  let ended: { error: unknown } | undefined

  function push(item: T) {
    if (ended) return
    if (items.length - head >= limit) return end(new OverflowError(limit))
    items.push(item)
    settle()
  }

  function end(error?: unknown) {
    if (ended) return
    ended = { error }
    settle()
    left()
  }

  function settle() {
    while (waiting.length > 0 && (ended || head < items.length))
      waiting.shift()?.(head < items.length ? { done: false, value: take() } : finish())
  }

  function take(): T {
    const item = items[head++] as T
    // Moving what is left only when half is gone keeps a long queue linear.
    if (head * 2 > items.length) {
      items = items.slice(head)
      head = 0
    }
    return item
  }

  /** An error is thrown once; after it the iterator is simply done. */
  function finish(): typeof DONE | Promise<never> {
    const error = ended?.error
    ended = { error: undefined }
    return error === undefined ? DONE : Promise.reject(error)
  }

  const iterator: AsyncIterableIterator<T, undefined> = {
    next: () =>
      new Promise((resolve) => {
        waiting.push(resolve)
        settle()
      }),
    return() {
      items = []
      head = 0
      end()
      ended = { error: undefined }
      return Promise.resolve(DONE)
    },
    [Symbol.asyncIterator]: () => iterator,
  }
  return { iterator, push, end }
}
