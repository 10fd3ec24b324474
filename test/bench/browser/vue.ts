/** The newest event in a Vue component: until the last one is on the page. */
import {
  createApp,
  defineComponent,
  h,
  onMounted,
  onScopeDispose,
  onUnmounted,
  onUpdated,
  shallowRef,
} from 'vue'
import { useSSE } from '../../../bindings/vue/index.js'
import type { Contestant } from '../support/compare.js'
import { type Client, fetchEvents, native, parserLoop, TEXT, type Texts } from './clients.js'
import { type Component, mounted } from './component.js'

const rendering = (useNewest: (url: string) => () => string | undefined): Component => {
  return (url, container, { rendered, shown }) => {
    const app = createApp(
      defineComponent(() => {
        const newest = useNewest(url)
        onUpdated(() => shown(newest()))
        return () => {
          rendered()
          return h('p', newest())
        }
      }),
    )
    app.mount(container)
    return () => app.unmount()
  }
}

/** What everybody writes: one assignment an event. */
const setting = (client: Client) => (url: string) => {
  const newest = shallowRef<string>()
  let close = () => {}
  onMounted(() => {
    close = client.receive(url, (data) => {
      newest.value = data
    })
  })
  onUnmounted(() => close())
  return () => newest.value
}

/** Counts the changes of `latest` beside the renders. */
export function vueDeliveries(changed: () => void): Component {
  return rendering((url) => {
    const { latest, source } = useSSE<Texts>(url, TEXT)
    onScopeDispose(source.value.latest.subscribe(changed))
    return () => latest.value?.data
  })
}

export function vueContest(renders: Map<string, number>): Contestant[] {
  return [
    mounted('native EventSource, ref.value =', 'peer', rendering(setting(native)), renders),
    mounted(
      'useSSE',
      'own',
      rendering((url) => {
        const { latest } = useSSE<Texts>(url, TEXT)
        return () => latest.value?.data
      }),
      renders,
    ),
    mounted(
      'fetch + eventsource-parser, ref.value =',
      'peer',
      rendering(setting(parserLoop)),
      renders,
    ),
    mounted('fetch-event-source, ref.value =', 'peer', rendering(setting(fetchEvents)), renders),
  ]
}
