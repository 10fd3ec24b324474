/** As much of the peers as the benches use: the project type-checks without them. */

declare module 'eventsource-parser' {
  export interface EventSourceMessage {
    event?: string | undefined
    id?: string | undefined
    data: string
  }
  export function createParser(callbacks: {
    onEvent?: (event: EventSourceMessage) => void
    onComment?: (comment: string) => void
    onRetry?: (milliseconds: number) => void
    onError?: (error: Error) => void
  }): { feed(text: string): void; reset(options?: { consume?: boolean }): void }
}

declare module '@microsoft/fetch-event-source' {
  export function fetchEventSource(
    url: string,
    options: {
      signal?: AbortSignal
      openWhenHidden?: boolean
      onmessage?: (event: { id: string; event: string; data: string }) => void
    },
  ): Promise<void>
}

declare module 'eventsource-client' {
  export function createEventSource(options: {
    url: string
    onMessage?: (event: { id?: string | undefined; data: string }) => void
  }): { close(): void }
}

declare module 'eventsource' {
  export class EventSource {
    constructor(url: string)
    onmessage: ((event: { data: string; lastEventId: string }) => void) | null
    close(): void
  }
}
