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
  let waiting: { resolve(result: Result<T>): void; reject(error: unknown): void }[] = []
  let ended: { error: unknown } | undefined

  function push(item: T) {
    if (ended) return
    const waiter = waiting.shift()
    if (waiter) waiter.resolve({ done: false, value: item })
    else if (items.length - head < limit) items.push(item)
    else end(new OverflowError(limit))
  }

  function end(error?: unknown) {
    if (ended) return
    ended = { error }
    const waiters = waiting
    waiting = []
    for (const waiter of waiters) settle(waiter)
    left()
  }

  /** An error is thrown once; after it the iterator is simply done. */
  function settle({ resolve, reject }: (typeof waiting)[number]) {
    const error = ended?.error
    ended = { error: undefined }
    if (error === undefined) resolve(DONE)
    else reject(error)
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

  const iterator: AsyncIterableIterator<T, undefined> = {
    next: () =>
      new Promise<Result<T>>((resolve, reject) => {
        if (head < items.length) resolve({ done: false, value: take() })
        else if (ended) settle({ resolve, reject })
        else waiting.push({ resolve, reject })
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
