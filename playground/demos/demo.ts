/** What a demo is: the same channels in three views, the code of each, and the server's. */

export const frameworks = ['TypeScript', 'React', 'Vue'] as const
export type Framework = (typeof frameworks)[number]

export interface View {
  /** What it is made with, as it stands in the code. */
  readonly uses: string
  /** Draws into the panel. Returns what ends that. */
  mount(panel: HTMLElement): () => void
  /** Its files below `playground/`, the first one first. */
  readonly files: readonly string[]
}

export interface Demo {
  /** A sentence or two: what it shows. */
  readonly says: string
  /** What all views share: draws its controls. Returns what ends that. */
  bar?(bar: HTMLElement): () => void
  readonly views: { readonly [F in Framework]: View }
  /** Files of the server's side. */
  readonly server: readonly string[]
}
