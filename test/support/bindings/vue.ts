/** The bindings suite on Vue: parts as components of one app. */
import {
  createApp,
  createSSRApp,
  defineComponent,
  h,
  isRef,
  nextTick,
  type PropType,
  shallowRef,
  type VNode,
} from 'vue'
import { renderToString } from 'vue/server-renderer'
import { useFold, useSignalValue, useSSE } from '../../../bindings/vue/index.js'
import type { Events, FoldPart, Host, Page, Part, SignalPart, SourcePart, View } from './host.js'

export const vueHost: Host = {
  name: 'Vue',
  rendersPerChange: 1,
  mount: (parts, container) => mount(createApp, parts, container),
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
  renderToString: (parts) => renderToString(createSSRApp(() => parts.map(toNode))),
  hydrate: (parts, container) => mount(createSSRApp, parts, container),
}

function mount(create: typeof createApp, first: readonly Part[], container: Element): Page {
  const parts = shallowRef(first)
  const app = create(() => parts.value.map(toNode))
  app.mount(container)
  return {
    async show(next) {
      parts.value = next
      await nextTick()
    },
    unmount: () => app.unmount(),
  }
}

export function toNode(part: Part): VNode {
  const key = part.name
  if ('signal' in part) return h(SignalShown, { key, part })
  return 'feed' in part ? h(FoldShown, { key, part }) : h(SourceShown, { key, part })
}

const SourceShown = defineComponent({
  props: { part: { type: Object as PropType<SourcePart>, required: true } },
  setup(props) {
    const refs = useSSE<Events>(
      () => props.part.target as string,
      () => props.part.options ?? {},
    )
    const { fold } = props.part
    const folded = fold && useFold(refs.source, fold.seed, fold.reduce)
    const view = unwrapped(refs)
    return () => {
      props.part.onRender?.(view)
      return output(props.part, props.part.show?.(view, folded?.value))
    }
  },
})

const FoldShown = defineComponent({
  props: { part: { type: Object as PropType<FoldPart>, required: true } },
  setup(props) {
    const { fold } = props.part
    const folded = useFold(() => props.part.feed, fold.seed, fold.reduce)
    return () => output(props.part, folded.value)
  },
})

const SignalShown = defineComponent({
  props: { part: { type: Object as PropType<SignalPart>, required: true } },
  setup(props) {
    const value = useSignalValue(() => props.part.signal)
    return () => output(props.part, value.value)
  },
})

function output(part: Part, text: unknown) {
  return h('output', { 'data-part': part.name }, String(text))
}

/** The refs as React's view has them: values, read when they are asked for. */
export function unwrapped(refs: object): View {
  const unwrap = (value: unknown) => (isRef(value) ? value.value : value)
  return new Proxy(refs, {
    get(_, name) {
      const value = Reflect.get(refs, name)
      return name === 'latestOf' ? (type: string) => unwrap(value(type)) : unwrap(value)
    },
  }) as View
}
