/** The hooks over a real connection: the playground's endpoint, which counts the streams of a page and breaks them on demand. */
import { describe, expect, test } from 'vitest'
import { type Folded, type Host, mount, type Part, type View } from './host.js'

interface PageStatus {
  readonly streams: number
  readonly opened: number
}

let pages = 0

/** A page of its own towards the server. */
function createWire() {
  const id = `bindings-${Date.now().toString(36)}-${++pages}`
  const headers = { 'x-client': id }
  return {
    target: `/api/events/${id}`,
    options: { headers, reconnectDelay: 1 },
    status: async (): Promise<PageStatus> => (await fetch('/api/status', { headers })).json(),
    async breakIt(fault: string) {
      const response = await fetch('/api/break', {
        method: 'POST',
        headers,
        body: JSON.stringify({ fault }),
      })
      expect(response.status).toBe(200)
    },
  }
}

/** The distances between the positions of neighbours, which are 1 where nothing was lost or doubled. */
const distances: Folded = {
  seed: { last: undefined, steps: [] },
  reduce: (state, { id }) => {
    const { last, steps } = state as { last?: number; steps: number[] }
    const position = Number(id.split('.')[1])
    return { last: position, steps: last === undefined ? [] : [...steps, position - last] }
  },
}

export function wire(host: Host): void {
  describe(`${host.name}: useSSE over a real connection`, () => {
    test('shares it, loses nothing when it breaks, and lets go of it', async () => {
      const { target, options, status, breakIt } = createWire()
      const part = { target, options }
      const parts: Part[] = [
        { ...part, name: 'count', show: ({ messages }: View) => messages.length },
        {
          ...part,
          name: 'steps',
          fold: distances,
          show: (_, folded) => (folded as { steps: number[] }).steps.join(' '),
        },
      ]
      const page = await mount(host, parts)
      const received = () => (page.text('steps') ?? '').split(' ').length
      await expect.poll(received).toBeGreaterThan(50)
      expect(await status()).toEqual({ streams: 1, opened: 1 })

      for (const fault of ['drop', 'cut']) {
        const before = received()
        await breakIt(fault)
        await expect.poll(received, { timeout: 10_000 }).toBeGreaterThan(before + 1)
      }
      expect(new Set(page.text('steps')?.split(' '))).toEqual(new Set(['1']))
      expect(await status()).toEqual({ streams: 1, opened: 3 })

      page.unmount()
      await expect.poll(status).toEqual({ streams: 0, opened: 3 })
    }, 30_000)
  })
}
