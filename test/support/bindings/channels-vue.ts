/** The suite of the channel composables on Vue: parts as components of one app. */
import {
  type App,
  createApp,
  createSSRApp,
  defineComponent,
  h,
  nextTick,
  type PropType,
  shallowRef,
  type VNode,
} from 'vue'
import { renderToString } from 'vue/server-renderer'
import {
  createSSE,
  useChannel,
  useChannelEvent,
  useConnection,
  useFold,
  useSSE,
  useSSEClient,
} from '../../../bindings/vue/index.js'
import type { SSEClient } from '../../../src/index.js'
import type {
  ChannelPart,
  ClientPart,
  ConnectionPart,
  EventPart,
  Host,
  Page,
  Part,
  SourcePart,
} from './channels-host.js'
import { unwrapped } from './vue.js'

export const vueHost: Host = {
  name: 'Vue',
  rendersPerChange: 1,
  mount: (client, parts, container) => mount(createApp, client, parts, container),
  failureOf(part) {
    let failure: unknown
    const app = createApp(() => toNode(part))
    app.config.errorHandler = (thrown) => {
      failure = thrown
    }
    app.mount(document.createElement('div'))
    app.unmount()
    return failure
  },
  renderToString: (client, parts) =>
    renderToString(
      provided(
        createSSRApp(() => parts.map(toNode)),
        client,
      ),
    ),
  hydrate: (client, parts, container) => mount(createSSRApp, client, parts, container),
}

function provided(app: App, client: SSEClient | undefined): App {
  return client ? app.use(createSSE(client)) : app
}

function mount(
  create: typeof createApp,
  client: SSEClient | undefined,
  first: readonly Part[],
  container: Element,
): Page {
  const parts = shallowRef(first)
  const app = provided(
    create(() => parts.value.map(toNode)),
    client,
  )
  app.mount(container)
  return {
    async show(next) {
      parts.value = next
      await nextTick()
    },
    unmount: () => app.unmount(),
  }
}

function toNode(part: Part): VNode {
  const key = part.name
  if ('channel' in part) return h(ChannelShown, { key, part })
  if ('listensTo' in part) return h(Listening, { key, part })
  if ('connection' in part) return h(ConnectionShown, { key, part })
  return 'url' in part ? h(SourceShown, { key, part }) : h(ClientUser, { key, part })
}

const ChannelShown = defineComponent({
  props: { part: { type: Object as PropType<ChannelPart>, required: true } },
  setup(props) {
    const refs = useChannel(
      () => props.part.channel as string,
      () => props.part.options,
    )
    const { fold } = props.part
    const folded = fold && useFold(refs.channel, fold.seed, fold.reduce)
    const view = unwrapped(refs) as never
    return () => {
      props.part.onRender?.(view)
      return output(props.part, props.part.show?.(view, folded?.value))
    }
  },
})

const Listening = defineComponent({
  props: { part: { type: Object as PropType<EventPart>, required: true } },
  setup(props) {
    useChannelEvent(
      () => props.part.listensTo as string,
      props.part.type,
      (data, message) => props.part.listener(data, message),
    )
    return () => {
      props.part.onRender?.()
      return null
    }
  },
})

const ConnectionShown = defineComponent({
  props: { part: { type: Object as PropType<ConnectionPart>, required: true } },
  setup(props) {
    const view = unwrapped(useConnection(() => props.part.connection)) as never
    return () => {
      props.part.onRender?.(view)
      return output(props.part, props.part.show?.(view))
    }
  },
})

const ClientUser = defineComponent({
  props: { part: { type: Object as PropType<ClientPart>, required: true } },
  setup(props) {
    props.part.onClient(useSSEClient())
    return () => null
  },
})

const SourceShown = defineComponent({
  props: { part: { type: Object as PropType<SourcePart>, required: true } },
  setup(props) {
    const { status } = useSSE(
      () => props.part.url,
      () => props.part.options,
    )
    return () => output(props.part, status.value)
  },
})

function output(part: Part, text: unknown) {
  return h('output', { 'data-part': part.name }, String(text))
}
