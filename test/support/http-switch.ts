/** One address with changing servers behind it, as of a load balancer: each request goes to the one of its moment. */
import { startProgram } from './program.js'

export type SwitchOrder = { readonly type: 'to'; readonly port: number }
export type SwitchTold =
  | { readonly type: 'listening'; readonly port: number }
  | { readonly type: 'switched' }

export interface HttpSwitch {
  readonly url: string
  /** The port that requests go to from now on. Resolves when it is so. */
  to(port: number): Promise<void>
}

/** In a process of its own. A server that is not there, or dies, is a connection that breaks. */
export async function startSwitch(port: number): Promise<HttpSwitch> {
  const { order, next } = await startProgram<SwitchOrder, SwitchTold>('switch-program.ts')
  const { port: own } = await next('listening')
  const to = async (port: number) => {
    order({ type: 'to', port })
    await next('switched')
  }
  await to(port)
  return { url: `http://127.0.0.1:${own}`, to }
}
