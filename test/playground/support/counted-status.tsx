/** The connection status to be pasted, once more on the page: with its renders counted. Runs in the browser. */
/// <reference path="../../../playground/vite.d.ts" />
import { createElement, Profiler } from 'react'
import { createRoot } from 'react-dom/client'
import { SSEProvider } from 'tidewire/react'
import { createSSE } from 'tidewire/vue'
import { createApp, h } from 'vue'
import { client } from '../../../playground/connection/client.js'
import { ConnectionStatus } from '../../../playground/examples/connection-status.react.js'
import ConnectionStatusView from '../../../playground/examples/connection-status.vue'

export interface CountedStatus {
  readonly renders: { React: number; Vue: number }
}

export function mountCounted(): CountedStatus {
  const renders = { React: 0, Vue: 0 }
  const place = () => document.body.appendChild(document.createElement('div'))

  createRoot(place()).render(
    createElement(
      SSEProvider,
      { client },
      createElement(
        Profiler,
        { id: 'status', onRender: () => ++renders.React },
        createElement(ConnectionStatus),
      ),
    ),
  )
  createApp(() => h(ConnectionStatusView, { onVnodeUpdated: () => ++renders.Vue }))
    .use(createSSE(client))
    .mount(place())
  return { renders }
}
