/** What a page saw, in order. */

export type Told =
  | { readonly type: 'message'; readonly number: number }
  | { readonly type: 'state'; readonly status: string; readonly offline: boolean }
  /** `kept`: by the back/forward cache; else the page was loaded. */
  | { readonly type: 'back'; readonly kept: boolean }
  | { readonly type: 'gap' | 'silence' | 'replaced' }
  | { readonly type: 'left' | 'frozen' | 'thawed' | 'hidden' | 'visible' | 'offline' | 'online' }

/** `at`: ms since the epoch. */
export type Tape = (Told & { readonly at: number })[]
