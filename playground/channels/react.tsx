/** The React panels: the chat, and the one connection that all panels share. */
import { type ReactNode, StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { SSEProvider } from 'tidewire/react'
import { ChatPanel } from './chat.js'
import { client } from './client.js'
import { ConnectionPanel } from './connection.js'

export function mountChat(panel: HTMLElement): void {
  render(panel, <ChatPanel />)
}

export function mountConnection(panel: HTMLElement): void {
  render(panel, <ConnectionPanel />)
}

function render(panel: HTMLElement, content: ReactNode): void {
  createRoot(panel).render(
    <StrictMode>
      <SSEProvider client={client}>{content}</SSEProvider>
    </StrictMode>,
  )
}
