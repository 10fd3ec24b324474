/** The suite of the channel hooks on React: parts as components within one provider. */
import { Fragment, type ReactNode, StrictMode } from 'react'
import { flushSync } from 'react-dom'
import { createRoot, hydrateRoot, type Root } from 'react-dom/client'
import { renderToString } from 'react-dom/server'
import {
  SSEProvider,
  useChannel,
  useChannelEvent,
  useConnection,
  useFold,
  useSSE,
  useSSEClient,
} from '../../../bindings/react/index.js'
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
import type { Folded } from './host.js'

type Mode = typeof StrictMode

export const reactHost = createHost('React', 1, Fragment)
export const strictReactHost = createHost('React in StrictMode', 2, StrictMode)

function createHost(name: string, rendersPerChange: number, Mode: Mode): Host {
  const App = ({ client, parts }: { client: SSEClient | undefined; parts: readonly Part[] }) => (
    <Mode>
      <Provided client={client}>
        {parts.map((part) => (
          <Shown key={part.name} part={part} />
        ))}
      </Provided>
    </Mode>
  )
  const toPage = (root: Root, client: SSEClient | undefined): Page => ({
    async show(parts) {
      flushSync(() => root.render(<App client={client} parts={parts} />))
    },
    unmount: () => flushSync(() => root.unmount()),
  })
  return {
    name,
    rendersPerChange,
    mount(client, parts, container) {
      const root = createRoot(container)
      const page = toPage(root, client)
      void page.show(parts)
      return page
    },
    failureOf(part) {
      try {
        return renderToString(<App client={undefined} parts={[part]} />)
      } catch (failure) {
        return failure
      }
    },
    renderToString: async (client, parts) => renderToString(<App client={client} parts={parts} />),
    hydrate: (client, parts, container) =>
      toPage(
        flushSync(() => hydrateRoot(container, <App client={client} parts={parts} />)),
        client,
      ),
  }
}

function Provided({ client, children }: { client: SSEClient | undefined; children: ReactNode }) {
  return client ? <SSEProvider client={client}>{children}</SSEProvider> : children
}

function Shown({ part }: { part: Part }) {
  if ('channel' in part)
    return part.fold ? (
      <ChannelAndFold part={part} fold={part.fold} />
    ) : (
      <ChannelShown part={part} />
    )
  if ('listensTo' in part) return <Listening part={part} />
  if ('connection' in part) return <ConnectionShown part={part} />
  return 'url' in part ? <SourceShown part={part} /> : <ClientUser part={part} />
}

function ChannelShown({ part }: { part: ChannelPart }) {
  const view = useChannel(part.channel as string, part.options)
  part.onRender?.(view)
  return <Output part={part} text={part.show?.(view, undefined)} />
}

function ChannelAndFold({ part, fold }: { part: ChannelPart; fold: Folded }) {
  const view = useChannel(part.channel as string, part.options)
  const folded = useFold(view.channel, fold.seed, fold.reduce)
  part.onRender?.(view)
  return <Output part={part} text={part.show?.(view, folded)} />
}

function Listening({ part }: { part: EventPart }) {
  useChannelEvent(part.listensTo as string, part.type, part.listener)
  part.onRender?.()
  return null
}

function ConnectionShown({ part }: { part: ConnectionPart }) {
  const view = useConnection(part.connection)
  part.onRender?.(view)
  return <Output part={part} text={part.show?.(view)} />
}

function ClientUser({ part }: { part: ClientPart }) {
  part.onClient(useSSEClient())
  return null
}

function SourceShown({ part }: { part: SourcePart }) {
  return <Output part={part} text={useSSE(part.url, part.options).status} />
}

function Output({ part, text }: { part: Part; text: unknown }) {
  return <output data-part={part.name}>{String(text)}</output>
}
