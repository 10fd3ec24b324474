/** The channels that somebody holds: the set that the hub is to bring about. */

export interface Wanted {
  readonly names: ReadonlySet<string>
  /** Counts the changes over the client's life. */
  readonly revision: number
  set(name: string, wanted: boolean): void
}

/** `changed` is called in a microtask, so that all changes of one task travel together. */
export function createWanted(changed: () => void): Wanted {
  const names = new Set<string>()
  let revision = 0
  let marked = false

  return {
    names,
    get revision() {
      return revision
    },
    set(name, wanted) {
      if (names.has(name) === wanted) return
      if (wanted) names.add(name)
      else names.delete(name)
      revision++
      if (marked) return
      marked = true
      queueMicrotask(() => {
        marked = false
        changed()
      })
    },
  }
}
