/** Components of both frameworks as views: each has the page's one client from its provider. */
import { type ComponentType, StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { SSEProvider } from 'tidewire/react'
import { createSSE } from 'tidewire/vue'
import { type Component, createApp } from 'vue'
import { client } from '../connection/client.js'

export const react = (View: ComponentType) => (panel: HTMLElement) => {
  const root = createRoot(panel)
  root.render(
    <StrictMode>
      <SSEProvider client={client}>
        <View />
      </SSEProvider>
    </StrictMode>,
  )
  return () => root.unmount()
}

export const vue = (view: Component) => (panel: HTMLElement) => {
  const app = createApp(view)
  app.use(createSSE(client)).mount(panel)
  return () => app.unmount()
}
