/** The Vue panel: two components call `useSSE` with the same address and share one stream. */
import { useFold, useSSE } from 'tidewire/vue'
import { createApp, defineComponent, h, type Ref, shallowRef, watch, watchEffect } from 'vue'
import { follow } from '../chrome/connection-log.js'
import {
  attemptText,
  errorText,
  levels,
  messageText,
  metres,
  nextTry,
  position,
} from '../chrome/words.js'
import type { LiveEvents } from '../contract.js'
import { connection } from '../session.js'
import { count, nothing } from '../tally.js'

const url = '/api/events/vue'

export function mountVue(panel: HTMLElement): void {
  createApp(() => [h(Connection), h(Messages)]).mount(panel)
}

const Connection = defineComponent(() => {
  const { state, error, source, connect, disconnect, reconnect } = useSSE<LiveEvents>(
    url,
    connection,
  )
  const lastError = useLast(error)
  watchEffect((onCleanup) => onCleanup(follow('Vue', source.value)))
  return () => [
    h('header', [h('h2', 'Vue'), h('code', 'useSSE()'), h('status-badge', { state: state.value })]),
    h('div', { class: 'verbs' }, [
      h('button', { type: 'button', onClick: connect }, 'Connect'),
      h('button', { type: 'button', onClick: disconnect }, 'Disconnect'),
      h('button', { type: 'button', onClick: reconnect }, 'Reconnect'),
    ]),
    h('dl', [
      h('dt', 'Attempt'),
      h('dd', attemptText(state.value)),
      h('dt', 'Next try in'),
      h('dd', h('time-left', { until: nextTry(state.value) })),
      h('dt', 'Last error'),
      h('dd', { class: 'error' }, errorText(lastError.value)),
    ]),
  ]
})

const Messages = defineComponent(() => {
  const { messages, latest, lastEventId, source } = useSSE<LiveEvents>(url, connection)
  const tally = useFold(source, nothing, count)
  return () => {
    const values = levels(messages.value)
    const { received, lost, doubled } = tally.value
    return [
      h('figure', [
        h('figcaption', ['Water level ', h('b', metres(values.at(-1)))]),
        h('spark-line', { values }),
      ]),
      h('dl', [
        h('dt', 'Last event ID'),
        h('dd', lastEventId.value),
        h('dt', 'Last message'),
        h('dd', h('time-since', { of: latest.value })),
      ]),
      h('p', { class: 'tally' }, [
        h('b', received),
        ' received · ',
        h('b', lost),
        ' lost · ',
        h('b', doubled),
        ' doubled',
      ]),
      h(
        'ol',
        { class: 'messages' },
        messages.value
          .slice(-6)
          .reverse()
          .map((message) =>
            h('li', { key: message.id }, [
              h('span', position(message.id)),
              h('span', message.type),
              h('span', messageText(message)),
            ]),
          ),
      ),
    ]
  }
})

/** The last value that was one: `error` is cleared once all is well again, the panel goes on showing it. */
function useLast<T>(value: Readonly<Ref<T | undefined>>) {
  const last = shallowRef(value.value)
  watch(value, (now) => {
    if (now !== undefined) last.value = now
  })
  return last
}
