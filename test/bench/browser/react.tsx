/** The newest event in a React component: until the last one is on the page. */
import { useEffect, useLayoutEffect, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { useSSE } from '../../../bindings/react/index.js'
import type { Contestant } from '../support/compare.js'
import { type Client, fetchEvents, native, parserLoop, TEXT, type Texts } from './clients.js'
import { type Component, mounted } from './component.js'

const rendering = (useNewest: (url: string) => string | undefined): Component => {
  return (url, container, { rendered, shown }) => {
    function Newest() {
      rendered()
      const newest = useNewest(url)
      useLayoutEffect(() => shown(newest))
      return <p>{newest}</p>
    }
    const root = createRoot(container)
    root.render(<Newest />)
    return () => root.unmount()
  }
}

/** What everybody writes: one `setState` an event. */
const setting = (client: Client) => (url: string) => {
  const [newest, setNewest] = useState<string>()
  useEffect(() => client.receive(url, setNewest), [url])
  return newest
}

/** Counts the changes of `latest` beside the renders. */
export function reactDeliveries(changed: () => void): Component {
  return rendering((url) => {
    const { latest, source } = useSSE<Texts>(url, TEXT)
    useEffect(() => source.latest.subscribe(changed), [source])
    return latest?.data
  })
}

export function reactContest(renders: Map<string, number>): Contestant[] {
  return [
    mounted('native EventSource, setState', 'peer', rendering(setting(native)), renders),
    mounted(
      'useSSE',
      'own',
      rendering((url) => useSSE<Texts>(url, TEXT).latest?.data),
      renders,
    ),
    mounted(
      'fetch + eventsource-parser, setState',
      'peer',
      rendering(setting(parserLoop)),
      renders,
    ),
    mounted('fetch-event-source, setState', 'peer', rendering(setting(fetchEvents)), renders),
  ]
}
