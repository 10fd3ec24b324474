/** The Vue panel: who is in the room, and an upload whose progress the server tells. */
import {
  createSSE,
  useChannel,
  useChannelEvent,
  useConnection,
  useFold,
  useSignalValue,
} from 'tidewire/vue'
import { createApp, defineComponent, h, shallowRef, watchEffect } from 'vue'
import { writeDeed } from '../chrome/connection-log.js'
import { followChannel } from './channel-log.js'
import { client, room } from './client.js'
import { call, id as visitor } from './visitor.js'

export function mountVue(panel: HTMLElement): void {
  createApp(() => [h(Head), h(Presence), h(Upload)])
    .use(createSSE(client))
    .mount(panel)
}

const Head = defineComponent(() => {
  const { state } = useConnection()
  return () =>
    h('header', [
      h('h2', 'Vue'),
      h('code', 'useChannel()'),
      h('status-badge', { state: state.value }),
    ])
})

const Presence = defineComponent(() => {
  const shown = useSignalValue(room)
  const { channel, status } = useChannel(() => `presence/${shown.value}` as const)
  const names = useFold(
    channel,
    ({ signal }) => call<readonly string[]>(`presence/${shown.value}`, undefined, { signal }),
    (_names, { data }) => data.names,
  )
  // The same channel as in the React panel: joined once.
  const { latest } = useChannel(() => `chat/${shown.value}` as const)
  watchEffect((onCleanup) => onCleanup(followChannel(channel.value)))

  return () => [
    h('div', { class: 'row' }, [
      h('span', `presence/${shown.value}`),
      h('status-badge', { channel: status.value }),
    ]),
    h('dl', [h('dt', 'Here now'), h('dd', { id: 'present' }, String(names.value?.length ?? '—'))]),
    h(
      'ul',
      { class: 'names', 'aria-label': 'Here now', 'aria-live': 'polite' },
      names.value?.map((name) => h('li', { key: name }, name)),
    ),
    h('dl', [
      h('dt', 'Last said'),
      h(
        'dd',
        { id: 'last' },
        latest.value ? `${latest.value.data.by}: ${latest.value.data.text}` : '—',
      ),
    ]),
  ]
})

const SAMPLE = 4 * 1024 * 1024

const Upload = defineComponent(() => {
  const name = shallowRef<`upload/${string}` | null>(null)
  // From the first event, whichever comes first: the stream's answer or the server's first word.
  const { latestOf, status, error } = useChannel(name, { replay: 'earliest' })
  const running = shallowRef<AbortController>()
  const failure = shallowRef('')
  let uploads = 0

  useChannelEvent(name, 'complete', () => writeDeed('Channel', 'Complete', name.value ?? ''))

  async function send(file: Blob) {
    const id = `${visitor}.${++uploads}`
    const control = new AbortController()
    name.value = `upload/${id}`
    running.value = control
    failure.value = ''
    try {
      await call(`uploads/${id}`, file, { signal: control.signal })
    } catch (error) {
      failure.value = String(error)
    }
    running.value = undefined
  }

  function choose({ target }: Event) {
    const input = target as HTMLInputElement
    const [file] = input.files ?? []
    // The same file may be chosen again.
    input.value = ''
    if (file) void send(file)
  }

  return () => {
    const { data } = latestOf('progress').value ?? {}
    const percent = latestOf('complete').value ? 100 : (data?.percent ?? 0)
    const said = failure.value || (error.value?.message ?? data?.message ?? 'Nothing sent yet')
    return [
      h('div', { class: 'row' }, [
        h('span', 'upload/:id'),
        h('status-badge', { channel: status.value }),
      ]),
      h('progress', { max: 100, value: percent, 'aria-label': 'Upload' }),
      h('p', { class: 'note', id: 'upload' }, `${percent} % · ${said}`),
      h('div', { class: 'verbs' }, [
        h(
          'button',
          {
            type: 'button',
            disabled: !!running.value,
            onClick: () => send(new Blob([new Uint8Array(SAMPLE)])),
          },
          'Send 4 MB',
        ),
        h(
          'button',
          {
            type: 'button',
            disabled: !running.value,
            onClick: () => running.value?.abort(new Error('Cancelled')),
          },
          'Cancel',
        ),
        h('label', { class: 'file' }, [
          'Send a file',
          h('input', { type: 'file', disabled: !!running.value, onChange: choose }),
        ]),
      ]),
    ]
  }
})
