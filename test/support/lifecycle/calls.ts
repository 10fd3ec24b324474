/** Calls over a wire: each is answered by its number. */

export interface Calls {
  /** `send` gets the number. Rejects with what the other end says went wrong. */
  call<T>(name: string, send: (id: number) => void): Promise<T>
  answer(id: number, error: string | undefined, result: unknown): void
  /** Nobody answers any more. */
  fail(reason: string): void
}

interface Waiting {
  readonly name: string
  resolve(result: never): void
  reject(error: Error): void
}

/** `whom`: for messages. */
export function createCalls(whom: string): Calls {
  const waiting = new Map<number, Waiting>()
  let count = 0
  return {
    call: (name, send) =>
      new Promise((resolve, reject) => {
        const id = ++count
        waiting.set(id, { name, resolve, reject })
        send(id)
      }),
    answer(id, error, result) {
      const call = waiting.get(id)
      waiting.delete(id)
      if (error === undefined) call?.resolve(result as never)
      else call?.reject(new Error(`${whom}, ${call.name}: ${error}`))
    },
    fail(reason) {
      for (const { name, reject } of waiting.values())
        reject(new Error(`${whom}, ${name}: it ${reason}.`))
      waiting.clear()
    },
  }
}
