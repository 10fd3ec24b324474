/** The bindings suite on React: parts as components of one root. */
import { Fragment, type ReactNode, StrictMode } from 'react'
import { flushSync } from 'react-dom'
import { createRoot, hydrateRoot, type Root } from 'react-dom/client'
import { renderToString } from 'react-dom/server'
import { useFold, useSignalValue, useSSE } from '../../../bindings/react/index.js'
import type { Events, Folded, FoldPart, Host, Page, Part, SignalPart, SourcePart } from './host.js'

export const reactHost: Host = {
  name: 'React',
  rendersPerChange: 1,
  mount: (parts, container) => show(createRoot(container), parts, Fragment),
  failureOf(part) {
    try {
      return renderToString(<App parts={[part]} />)
    } catch (failure) {
      return failure
    }
  },
  renderToString: async (parts) => renderToString(<App parts={parts} />),
  hydrate: (parts, container) =>
    toPage(
      flushSync(() => hydrateRoot(container, <App parts={parts} />)),
      Fragment,
    ),
}

export const strictReactHost: Host = {
  ...reactHost,
  name: 'React in StrictMode',
  rendersPerChange: 2,
  mount: (parts, container) => show(createRoot(container), parts, StrictMode),
  hydrate: (parts, container) =>
    toPage(
      flushSync(() =>
        hydrateRoot(
          container,
          <StrictMode>
            <App parts={parts} />
          </StrictMode>,
        ),
      ),
      StrictMode,
    ),
}

type Mode = typeof StrictMode

function show(root: Root, parts: readonly Part[], Mode: Mode): Page {
  flushSync(() =>
    root.render(
      <Mode>
        <App parts={parts} />
      </Mode>,
    ),
  )
  return toPage(root, Mode)
}

function toPage(root: Root, Mode: Mode): Page {
  return {
    async show(parts) {
      show(root, parts, Mode)
    },
    unmount: () => flushSync(() => root.unmount()),
  }
}

function App({ parts }: { parts: readonly Part[] }): ReactNode {
  return parts.map((part) => <Shown key={part.name} part={part} />)
}

function Shown({ part }: { part: Part }) {
  if ('signal' in part) return <SignalShown part={part} />
  if ('feed' in part) return <FoldShown part={part} />
  return part.fold ? <SourceAndFold part={part} fold={part.fold} /> : <SourceShown part={part} />
}

function SourceShown({ part }: { part: SourcePart }) {
  const view = useSSE<Events>(part.target as string, part.options)
  part.onRender?.(view)
  return <Output part={part} text={part.show?.(view, undefined)} />
}

function SourceAndFold({ part, fold }: { part: SourcePart; fold: Folded }) {
  const view = useSSE<Events>(part.target as string, part.options)
  const folded = useFold(view.source, fold.seed, fold.reduce)
  part.onRender?.(view)
  return <Output part={part} text={part.show?.(view, folded)} />
}

function FoldShown({ part }: { part: FoldPart }) {
  return <Output part={part} text={useFold(part.feed, part.fold.seed, part.fold.reduce)} />
}

function SignalShown({ part }: { part: SignalPart }) {
  return <Output part={part} text={useSignalValue(part.signal)} />
}

function Output({ part, text }: { part: Part; text: unknown }) {
  return <output data-part={part.name}>{String(text)}</output>
}
