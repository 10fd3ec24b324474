/** A hub in a process of its own. */
import type { HubOrder, HubTold, Report } from './hub-orders.js'
import { startProgram } from './program.js'

export interface HubProcess {
  readonly port: number
  readonly pid: number
  /** Publishes each so many ms; without a number no longer. */
  load(every?: number): void
  /** Resolves when no stream is left. */
  drain(over: number): Promise<void>
  report(): Promise<Report>
  /** SIGKILL: nothing is said any more. Resolves when it is dead. */
  kill(): Promise<void>
}

/** Killed when the test ends, if it is still there. */
export async function startHub(): Promise<HubProcess> {
  const { order, next, kill } = await startProgram<HubOrder, HubTold>('hub-program.ts')
  const { port, pid } = await next('listening')
  return {
    port,
    pid,
    load: (every) => order({ type: 'load', every }),
    async drain(over) {
      order({ type: 'drain', over })
      await next('drained')
    },
    async report() {
      order({ type: 'report' })
      return (await next('report')).report
    },
    kill,
  }
}
