/** The channel composables of Vue in a browser: the shared suite, and what only Vue does. */
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createApp, effectScope, reactive, ref, type ShallowRef, watch } from 'vue'
import {
  createSSE,
  useChannel,
  useChannelEvent,
  useConnection,
  useFold,
  useSSEClient,
} from '../../bindings/vue/index.js'
import type { SSEClient } from '../../src/index.js'
import { channelsSuite } from '../support/bindings/channels.js'
import { advance, createWorld, settle } from '../support/bindings/channels-host.js'
import { vueHost } from '../support/bindings/channels-vue.js'
import { GRACE, withBrowserTime } from '../support/bindings/host.js'

channelsSuite(vueHost)

/** Runs `setup` in an app that has the client, in a scope of its own, which ends with the test. */
function inScope<T>(client: SSEClient, setup: () => T) {
  const app = createApp(() => null).use(createSSE(client))
  const scope = effectScope(true)
  onTestFinished(() => scope.stop())
  const result = app.runWithContext(() => scope.run(setup)) as T
  return { result, stop: () => scope.stop() }
}

describe('a scope outside of components', () => {
  withBrowserTime()

  test('joins at once and until it ends', async () => {
    const { client, send, network } = createWorld()
    const heard: unknown[] = []
    const { result, stop } = inScope(client, () => {
      useChannelEvent('a', 'n', (data) => heard.push(data))
      return { ...useChannel('a'), client: useSSEClient() }
    })
    expect(result.client).toBe(client)
    await settle()
    await send('a', 1)
    expect([result.status.value, result.latest.value?.data, heard]).toEqual(['live', 1, [1]])
    stop()
    await advance(GRACE)
    expect(network.streams).toBe(0)
    await send('a', 2)
    expect(heard).toEqual([1])
  })

  test('shows another channel as soon as the name is another', async () => {
    const { client, send } = createWorld()
    const room = ref<string | null>('1')
    const { result } = inScope(client, () => {
      const { channel, latest, status } = useChannel(() => room.value && `rooms/${room.value}`)
      const sum = useFold(channel, 0, (sum, { data }) => sum + (data as number))
      return { channel, latest, status, sum }
    })
    const { channel, latest, status, sum } = result
    await settle()
    await send('rooms/1', 1, 2)
    expect([channel.value.name, latest.value?.data, sum.value]).toEqual(['rooms/1', 2, 3])
    room.value = '2'
    expect([channel.value.name, latest.value, status.value, sum.value]).toEqual([
      'rooms/2',
      undefined,
      'idle',
      0,
    ])
    room.value = null
    expect([status.value, sum.value]).toEqual(['idle', 0])
    await advance(GRACE)
    expect(client.status.peek()).toBe('idle')
  })

  test('asks for nothing twice where a name changes to what it is, or options to what they are', async () => {
    const { client, network } = createWorld()
    const state = reactive({ room: '1', history: 5, unrelated: 0 })
    const { result } = inScope(client, () =>
      useChannel(
        () => `rooms/${state.room}${'x'.repeat(state.unrelated * 0)}`,
        () => ({ history: state.history + state.unrelated * 0 }),
      ),
    )
    await settle()
    const { channel } = result
    const before = channel.value
    state.unrelated++
    await advance(GRACE)
    expect(channel.value).toBe(before)
    state.history = 6
    expect(channel.value).not.toBe(before)
    await advance(GRACE)
    expect(network.calls).toBe(1)
  })

  test('works with a channel and a client that a deep ref holds', async () => {
    const { client, send } = createWorld()
    const state = reactive({ client, channel: client.channel('a') }) as {
      client: unknown
      channel: unknown
    }
    const { result } = inScope(client, () => ({
      latest: useChannel(() => state.channel as typeof channel).latest,
      status: useConnection(() => state.client as SSEClient).status,
    }))
    const channel = client.channel('a')
    await settle()
    await send('a', 1)
    expect([result.latest.value?.data, result.status.value]).toEqual([1, 'open'])
  })

  test('without an app has channels and clients themselves, in silence', async () => {
    const warn = vi.spyOn(console, 'warn')
    const { client, send } = createWorld()
    const scope = effectScope(true)
    onTestFinished(() => scope.stop())
    const result = scope.run(() => ({
      latest: useChannel(client.channel('a')).latest,
      connected: useConnection(client).connected,
    }))
    await settle()
    await send('a', 1)
    expect([result?.latest.value?.data, result?.connected.value]).toEqual([1, true])
    expect(() => scope.run(() => useChannel('a'))).toThrow('There is no SSEClient here')
    expect(warn).not.toHaveBeenCalled()
  })
})

describe('refs', () => {
  withBrowserTime()

  test('are made when they are asked for, the same at every call, and of no other fields', () => {
    const { client } = createWorld()
    const { result } = inScope(client, () => ({
      channel: useChannel('a'),
      connection: useConnection(),
    }))
    const { channel, connection } = result
    expect(channel.latest).toBe(channel.latest)
    expect(channel.latestOf('n')).toBe(channel.latestOf('n'))
    expect(channel.latestOf('n')).not.toBe(channel.latestOf('m'))
    expect(Object.keys(channel).sort()).toEqual(
      ['channel', 'error', 'gap', 'latest', 'latestOf', 'messages', 'status'].sort(),
    )
    expect(Object.keys(connection).sort()).toEqual(
      [
        'close',
        'connect',
        'connected',
        'disconnect',
        'error',
        'reconnect',
        'state',
        'status',
      ].sort(),
    )
  })

  test('change only when their field does', async () => {
    const { client, send } = createWorld()
    const { result } = inScope(client, () => useChannel('a'))
    const changes: string[] = []
    const fields = { status: result.status, latest: result.latest, m: result.latestOf('m') }
    for (const [name, ref] of Object.entries(fields))
      inScope(client, () => watch(ref, () => changes.push(name), { flush: 'sync' }))
    await settle()
    expect(changes).toEqual(['status', 'status'])
    changes.length = 0
    await send('a', 1, 2)
    expect(changes).toEqual(['latest'])
  })

  test('cannot be written', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const { client } = createWorld()
    const { result } = inScope(client, () => useChannel('a'))
    const writable = result.status as unknown as ShallowRef<string>
    writable.value = 'live'
    expect(writable.value).toBe('idle')
    expect(warn).toHaveBeenCalledWith(expect.stringMatching('readonly'))
  })
})
