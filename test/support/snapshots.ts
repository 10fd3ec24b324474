/** Folds into lists, and snapshots that the test gives by hand. */
import { effect, type SeedContext } from 'tidewire'
import { settle } from './fake-time.js'

/** What the folds of tests make. */
export type List = readonly unknown[]
export const append = (list: List, { data }: { readonly data: unknown }): List => [...list, data]

/** A seed whose snapshots the test gives by hand. */
export function createSnapshots() {
  const calls: {
    context: SeedContext
    resolve(list: List): void
    reject(reason: unknown): void
  }[] = []
  return {
    calls,
    seed: (context: SeedContext) =>
      new Promise<List>((resolve, reject) => calls.push({ context, resolve, reject })),
    async answer(list: List) {
      calls.at(-1)?.resolve(list)
      await settle()
    },
    async refuse(reason: unknown) {
      calls.at(-1)?.reject(reason)
      await settle()
    },
  }
}

/** Watches a signal from now on. */
export function watched<T>(signal: { readonly value: T }) {
  const shown: T[] = []
  const stop = effect(() => void shown.push(signal.value))
  return { shown, stop }
}
