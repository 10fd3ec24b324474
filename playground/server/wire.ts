/** The ways in which an answer that is under way can break, whoever writes it. */
import type { ServerResponse } from 'node:http'

export interface Wire {
  /** Destroys the socket: the network is gone. */
  drop(): void
  /** Writes half of what comes next, then destroys the socket. */
  cut(): void
  /** Leaves the socket open and lets nothing more through: neither events nor heartbeats. */
  stall(): void
  /** The server gives up before all was said. */
  leave(): void
}

/** Shorter than any event: a heartbeat. */
const TOO_SHORT = 12

/** `endless`: a proper end says no more than that the server leaves. */
export function wireOf(response: ServerResponse, endless: boolean): Wire {
  const destroy = () => response.destroy()
  return {
    drop: destroy,
    cut() {
      const write = response.write.bind(response)
      response.end = destroy
      response.write = ((chunk: string | Uint8Array) => {
        if (chunk.length < TOO_SHORT) return write(chunk)
        response.write = () => true
        write(chunk.slice(0, chunk.length / 2), destroy)
        return true
      }) as ServerResponse['write']
    },
    stall() {
      response.write = () => true
      response.end = () => response
    },
    leave: () => (endless ? response.end() : response.destroy()),
  }
}
