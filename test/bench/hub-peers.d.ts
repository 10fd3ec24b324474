/** As much of the hub's peers as the bench uses: the project type-checks without them. */

declare module 'better-sse' {
  import type { IncomingMessage, ServerResponse } from 'node:http'
  export interface Session {
    readonly isConnected: boolean
  }
  export function createSession(
    req: IncomingMessage,
    res: ServerResponse,
    options?: { keepAlive?: number | null },
  ): Promise<Session>
  export function createChannel(): {
    register(session: Session): unknown
    broadcast(data: unknown, type?: string): unknown
  }
}

declare module '@boringnode/transmit' {
  import type { IncomingMessage, ServerResponse } from 'node:http'
  export class Transmit {
    constructor(config: { pingInterval: number | false; transport: null })
    createStream(params: {
      uid: string
      context: unknown
      request: IncomingMessage
      response: ServerResponse
    }): unknown
    subscribe(params: { uid: string; channel: string; context: unknown }): Promise<boolean>
    broadcast(channel: string, payload: unknown): void
  }
}
