/** From the request to the last delivery: a listener that gets every event. */
import type { Contestant } from '../support/compare.js'
import { allText, type Client, clients, clientsOfJSON, type Identified, idOf } from './clients.js'
import { EVENTS } from './stream.js'

let runs = 0
/** Never the same, so that nothing is shared or cached. */
export const nextURL = (stream = 'small') => `/events/${stream}?run=${++runs}`

export function textContest(): Contestant[] {
  const weigh = (data: string) => data.length + data.charCodeAt(data.length - 2)
  return [...clients.map((client) => listening(client, weigh)), decoding]
}

export function jsonContest(): Contestant[] {
  return clientsOfJSON.map((client) => listening(client, ({ p }) => p))
}

/** `weigh` looks at each event, so that none is delivered for nothing. */
function listening<T>(client: Client<T>, weigh: (data: T) => number): Contestant {
  /** Until `take` says that it has them all. */
  const receive = (take: (data: T, event: Identified) => boolean) =>
    new Promise<void>((resolve) => {
      const close = client.receive(nextURL(), (data, event) => {
        if (!take(data, event)) return
        close()
        resolve()
      })
    })
  let expected: number | undefined

  return {
    ...client,
    async output() {
      let count = 0
      let hash = 0
      let sum = 0
      await receive((data, event) => {
        hash = hashOf(`${hash} ${JSON.stringify(data)} ${idOf(event)}`)
        sum += weigh(data)
        return ++count === EVENTS
      })
      expected = sum
      return { count, hash, sum }
    },
    async cost() {
      let count = 0
      let sum = 0
      let end = 0
      const start = performance.now()
      await receive((data) => {
        sum += weigh(data)
        if (++count < EVENTS) return false
        end = performance.now()
        return true
      })
      if (sum !== expected) throw new Error(`${client.name} delivered something else this time.`)
      return end - start
    },
  }
}

export function hashOf(text: string): number {
  let hash = 0
  for (let at = 0; at < text.length; at++) hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0
  return hash
}

const decoding: Contestant = {
  name: 'fetch + TextDecoder alone',
  role: 'limit',
  output() {},
  async cost() {
    const start = performance.now()
    let length = 0
    await allText(nextURL(), null, (text) => {
      length += text.length
    })
    const end = performance.now()
    if (length < EVENTS * 40) throw new Error(`Only ${length} characters came.`)
    return end - start
  },
}
