/** The events of the endpoints that these programs use. */

/** A token stream. */
export type Answer = { delta: { text: string }; done: { tokens: number } }

export type Prices = { price: { symbol: string; bid: number } }

export interface Progress {
  progress: { percent: number; message?: string }
  complete: undefined
  error: { message: string }
}
