/** The proof that nothing was lost and nothing came twice: ids are positions that grow by one. */

export interface Tally {
  readonly received: number
  readonly lost: number
  readonly doubled: number
  /** The last id counted. */
  readonly id: string
}

export const nothing: Tally = { received: 0, lost: 0, doubled: 0, id: '' }

/** A reducer for `fold`. An id of another run of the server starts a new count of positions. */
export function count(tally: Tally, message: { readonly id: string }): Tally {
  const { id } = message
  const received = tally.received + 1
  const last = place(tally.id)
  const { run, position } = place(id)
  if (run !== last.run) return { ...tally, received, id }
  if (position <= last.position) return { ...tally, received, doubled: tally.doubled + 1 }
  return { ...tally, received, lost: tally.lost + position - last.position - 1, id }
}

function place(id: string) {
  const [run = '', position] = id.split('.')
  return { run, position: Number(position) }
}
