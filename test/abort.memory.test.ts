/** What listens to a signal goes with its own, whatever was collected meanwhile. */
import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { linked, listen } from '../src/abort.js'
import { collectGarbage } from './support/garbage.js'

test('controllers that ended leave nothing on the signal they were linked to', async () => {
  const { signal } = new AbortController()
  const controllers = Array.from({ length: 5 }, () => linked(signal))
  expect(getEventListeners(signal, 'abort')).toHaveLength(5)
  await collectGarbage()
  for (const controller of controllers) controller.abort()
  expect(getEventListeners(signal, 'abort')).toHaveLength(0)
})

test('listeners end with their signal', async () => {
  const target = new EventTarget()
  const types = ['online', 'offline', 'pageshow']
  const end = new AbortController()
  for (const type of types) listen(target, type, () => {}, end.signal)
  await collectGarbage()
  end.abort()
  expect(types.flatMap((type) => getEventListeners(target, type))).toEqual([])
})
