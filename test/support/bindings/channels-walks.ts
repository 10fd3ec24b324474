/** Whatever is mounted, renamed and unmounted, however fast: exactly what is shown is held, and in the end nothing. */
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { advance, createWorld, type Host, mount, numbers, type Part } from './channels-host.js'
import { GRACE, withBrowserTime } from './host.js'

type Walked = { part: number; name: string | null; kind: 'shown' | 'folded' | 'heard' }

const page = fc.uniqueArray(
  fc.record<Walked>({
    part: fc.nat(3),
    name: fc.constantFrom(null, 'a', 'b', 'rooms/1'),
    kind: fc.constantFrom('shown', 'folded', 'heard'),
  }),
  { selector: ({ part, kind }) => `${kind} ${part}`, maxLength: 5 },
)
const walk = fc.array(
  fc.record({ page, pause: fc.constantFrom('none', 'turn', 'grace'), send: fc.boolean() }),
  { minLength: 1, maxLength: 8 },
)

export function walks(host: Host): void {
  describe(`${host.name}: however fast pages change`, () => {
    withBrowserTime()

    test('what is shown is held and hears everything once, and in the end nothing is left', async () => {
      await fc.assert(
        fc.asyncProperty(walk, async (steps) => {
          const { client, hub, send } = createWorld()
          const heard: string[] = []
          const toPart = ({ part, name, kind }: Walked): Part =>
            kind === 'heard'
              ? {
                  name: `${kind} ${part}`,
                  listensTo: name,
                  type: 'n',
                  listener: (data) => heard.push(`${kind} ${part} ${name} ${data}`),
                }
              : {
                  name: `${kind} ${part}`,
                  channel: name,
                  show: (view, folded) => `${numbers(view)} ${folded}`,
                  ...(kind === 'folded' && {
                    fold: { seed: 0, reduce: (sum: unknown) => (sum as number) + 1 },
                  }),
                }
          const shown = await mount(host, client)
          let number = 0
          for (const { page, pause, send: sends } of steps) {
            const changed = shown.show(...page.map(toPart))
            if (pause !== 'none') await changed
            if (pause === 'grace') await advance(GRACE)
            if (pause !== 'grace') continue
            const names = [...new Set(page.map(({ name }) => name).filter((name) => name !== null))]
            expect([...hub.activeChannels].sort()).toEqual(names.sort())
            if (!sends) continue
            number++
            heard.length = 0
            for (const name of names) await send(name, number)
            expect(heard.sort()).toEqual(
              page
                .filter(({ kind, name }) => kind === 'heard' && name !== null)
                .map(({ part, name }) => `heard ${part} ${name} ${number}`)
                .sort(),
            )
            for (const { part, kind, name } of page)
              if (kind !== 'heard' && name !== null)
                expect(shown.text(`${kind} ${part}`)).toContain(`${number} `)
          }
          shown.unmount()
          await advance(GRACE)
          await advance(GRACE)
          expect(client.status.peek()).toBe('idle')
          expect([hub.connectionCount, hub.activeChannels]).toEqual([0, []])
          await advance(1000)
          expect(vi.getTimerCount()).toBe(0)
        }),
        { numRuns: 25 },
      )
    })
  })
}
