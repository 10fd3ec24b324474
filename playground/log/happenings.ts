/** What happened, as data: for the log that a person reads, and for whoever has to judge what a fault led to. */

export interface Happening {
  /** `Date.now()`. */
  readonly at: number
  /** Who did it, or whom it happened to. */
  readonly by: string
  readonly what: string
  readonly detail: string
  /** The status of a connection or a channel; draws its sign. */
  readonly sign?: string
  /** For whoever counts: what it is, in one word. */
  readonly fact?: string
}

type Told = Pick<Happening, 'by' | 'what'> & Partial<Happening>

const listeners = new Set<(happening: Happening) => void>()

export function tell(told: Told): void {
  const happening = { at: Date.now(), detail: '', ...told }
  for (const listener of listeners) listener(happening)
}

/** What the server refused, or the network. */
export function tellRefusal(error: unknown): void {
  const detail = error instanceof Error ? error.message : String(error)
  tell({ by: 'Server', what: 'Refused', detail, sign: 'failed' })
}

/** Calls back with everything that happens from now on. Returns what ends that. */
export function onHappening(listener: (happening: Happening) => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
