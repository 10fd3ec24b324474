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
