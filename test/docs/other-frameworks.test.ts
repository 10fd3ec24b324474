/** Frameworks without a page, or before they have one. The others are in test/browser/docs. */
import {
  createEnvironmentInjector,
  Injector,
  runInInjectionContext,
  type Signal,
} from '@angular/core'
import { createRoot } from 'solid-js'
import type { Component } from 'svelte'
import { render } from 'svelte/server'
import type { SSEClient } from 'tidewire'
import { toNodeHandler } from 'tidewire/node'
import { createHub } from 'tidewire/server'
import { expect, vi } from 'vitest'
import { eventually } from '../support/document/eventually.js'
import { describeDocument, type Place } from '../support/document/node.js'

/** A hub behind the client of the page. */
function start(place: Place) {
  const hub = createHub<Record<string, Record<string, unknown>>>()
  hub.channel('notices')
  place.serve(toNodeHandler(hub))
  const isWatched = (count: number) =>
    eventually(() => expect(hub.subscriberCount('notices')).toBe(count))
  const send = (text: string) => hub.to('notices').send('alert', { text })
  return { isWatched, send }
}

/** Runs in an injection context, which ends with what is returned. */
function inContext<T>(run: () => T): [result: T, end: () => void] {
  const injector = createEnvironmentInjector([], Injector.NULL as never)
  return [runInInjectionContext(injector, run), () => injector.destroy()]
}

const closes = async ({ load }: Place) => {
  const { client } = await load<{ client: SSEClient }>('client.ts')
  client.close()
}

describeDocument(
  'docs/other-frameworks.md',
  {
    async 'plain.ts'(place) {
      const { isWatched, send } = start(place)
      const { showNotices } = await place.load<{
        showNotices(heading: object, last: object): () => void
      }>('plain.ts')
      const heading = { textContent: '' }
      const last = { textContent: '' }
      const stop = showNotices(heading, last)
      await isWatched(1)
      await send('Low tide')
      await eventually(() =>
        expect([heading, last]).toEqual([
          { textContent: '1 notices' },
          { textContent: 'Low tide' },
        ]),
      )
      stop()
      await isWatched(0)
      await closes(place)
    },

    async 'solid.ts'(place) {
      const { isWatched, send } = start(place)
      const { useNotices } = await place.load<{
        useNotices(announce: (text: string) => void): { status(): string; messages(): unknown[] }
      }>('solid.ts')
      const announce = vi.fn()
      const [end, { status, messages }] = createRoot(
        (dispose) => [dispose, useNotices(announce)] as const,
      )
      await isWatched(1)
      await send('Low tide')
      await eventually(() => expect(messages()).toHaveLength(1))
      expect([status(), announce.mock.calls]).toEqual(['live', [['Low tide']]])
      end()
      await isWatched(0)
      await closes(place)
    },

    async 'angular.ts'(place) {
      const { isWatched, send } = start(place)
      const { injectNotices } = await place.load<{
        injectNotices(): { status: Signal<string>; messages: Signal<unknown[]> }
      }>('angular.ts')
      const [{ status, messages }, end] = inContext(injectNotices)
      expect(status()).toBe('idle')
      await isWatched(1)
      await send('Low tide')
      await eventually(() => expect(messages()).toHaveLength(1))
      expect(status()).toBe('live')
      end()
      await isWatched(0)
      await closes(place)
    },

    async 'angular-rxjs.ts'(place) {
      const { isWatched, send } = start(place)
      const { injectLastNotice } = await place.load<{
        injectLastNotice(): Signal<{ data: unknown } | undefined>
      }>('angular-rxjs.ts')
      const [latest, end] = inContext(injectLastNotice)
      expect(latest()).toBe(undefined)
      await isWatched(1)
      await send('Low tide')
      await eventually(() => expect(latest()?.data).toEqual({ text: 'Low tide' }))
      end()
      await isWatched(0)
      await closes(place)
    },
  },
  {
    async 'Svelte on a server opens nothing'(place) {
      const { default: Notices } = await place.load<{ default: Component }>('Notices.svelte')
      const { body } = render(Notices)
      expect(body).toContain('<p>idle</p>')
      await place.until(() => true)
      expect(place.requests).toBe(0)
    },
  },
)
