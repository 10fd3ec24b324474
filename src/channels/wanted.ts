/** The channels that somebody holds: the set that the hub is to bring about. */

export interface Wanted {
  readonly names: ReadonlySet<string>
  /** Names that left since the hub was told last, back again or not. */
  readonly left: Set<string>
  /** Counts the changes over the client's life. */
  readonly revision: number
  /** Gives the revision after it. */
  set(name: string, isWanted: boolean): number
}

/** `changed` is called in a microtask, so that all changes of one task travel together. */
export function createWanted(changed: () => void): Wanted {
  const names = new Set<string>()
  const left = new Set<string>()
  let revision = 0
  let isMarked = false

  return {
    names,
    left,
    get revision() {
      return revision
    },
    set(name, isWanted) {
      if (isWanted) names.add(name)
      else if (names.delete(name)) left.add(name)
      if (!isMarked) {
        isMarked = true
        queueMicrotask(() => {
          isMarked = false
          changed()
        })
      }
      return ++revision
    },
  }
}
