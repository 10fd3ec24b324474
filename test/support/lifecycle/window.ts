/** A browser's window, and what can be done to its page. Where an engine lacks a method, it cannot do that. */

export interface Window {
  /** Resolves when the page has loaded. */
  open(url: string): Promise<void>
  /** The value of an expression in the page, as JSON. */
  evaluate<T>(expression: string): Promise<T>
  /** Another tab or window comes to the front, and the page is hidden. */
  hide(): Promise<void>
  show(): Promise<void>
  freeze?(): Promise<void>
  thaw?(): Promise<void>
  goOffline?(): Promise<void>
  goOnline?(): Promise<void>
  close(): Promise<void>
}

/** The name by which pages reach this machine: by a loopback's, clients know that being offline means nothing. */
export const HOST = 'page.example'
