/** A page of docs/ in a browser: those of its blocks that need a page. */
import { type ReactNode, StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { createHub, type Hub } from 'tidewire/server'
import { afterEach, beforeEach, describe, expect, vi } from 'vitest'
import { type Component, createApp, type Plugin } from 'vue'
import { blocksOf, isCode, isSuite, needsPage } from './block.js'
import { eventually } from './eventually.js'
import { type Runs, runBlocks } from './runs.js'

type AnyHub = Hub<Record<string, Record<string, unknown>>>
type Answer = (request: Request) => Response | Promise<Response>

/** Where a block runs: an empty page, whose requests are answered by routes. */
export interface Page {
  readonly root: HTMLElement
  /** Answers at /_sse; has the channels of the app. Another one after each `restart`. */
  readonly hub: AnyHub
  /** The server is started again, without what it remembered. */
  restart(): Promise<void>
  /** Answers every request whose path begins so. A later route wins. */
  route(path: string, answer: Answer): void
  /** A block as a module. Kept for all tests of a file. */
  load<T = Record<string, never>>(name: string): Promise<T>
  /** Renders in StrictMode. What it returns renders another node in its place. */
  react(node: ReactNode): (node: ReactNode) => void
  vue(component: Component, ...plugins: Plugin[]): void
  /** Runs at the end of the test, before it is looked whether anything was left behind. */
  leave(cleanup: () => void): void
  /** Waits until the page's text, with one space between its parts, contains or matches it. */
  shows(text: string | RegExp): Promise<void>
  /** Waits until so many streams of the hub are open. */
  connections(count: number): Promise<void>
  /** Types into the first field and submits its form. */
  submit(text: string): void
  click(text: string): void
}

function createPage(path: string): Page & { end(): Promise<void> } {
  const root = document.body.appendChild(document.createElement('main'))
  const build = () => {
    const hub: AnyHub = createHub()
    hub.channel('notices')
    hub.channel('chat/:room')
    return hub
  }
  let hub = build()
  const routes: [path: string, answer: Answer][] = [
    ['/_sse', (request) => hub.fetch(request)],
    [
      '/api/chat/',
      async (request) => {
        const room = new URL(request.url).pathname.split('/').at(-1)
        await hub.to(`chat/${room}`).send('message', { text: await request.text() })
        return new Response()
      },
    ],
  ]
  const cleanups: (() => void)[] = []
  const textOf = () => root.innerText.replace(/\s+/g, ' ').trim()

  vi.stubGlobal('fetch', async (input: string | Request, init?: RequestInit) => {
    const request = new Request(input, init)
    const { pathname } = new URL(request.url)
    const [, answer] = routes.findLast(([path]) => pathname.startsWith(path)) ?? []
    if (!answer) throw new Error(`A block asked for ${pathname}.`)
    return answer(request)
  })

  return {
    root,
    get hub() {
      return hub
    },
    async restart() {
      const old = hub
      hub = build()
      await old.close()
    },
    route: (path, answer) => void routes.push([path, answer]),
    load: <T,>(name: string) => import(/* @vite-ignore */ `/${path}/${name}`) as Promise<T>,
    react(node) {
      const react = createRoot(root)
      const show = (node: ReactNode) => react.render(<StrictMode>{node}</StrictMode>)
      cleanups.push(() => react.unmount())
      show(node)
      return show
    },
    vue(component, ...plugins) {
      const app = createApp(component)
      for (const plugin of plugins) app.use(plugin)
      cleanups.push(() => app.unmount())
      app.mount(root)
    },
    leave: (cleanup) => void cleanups.push(cleanup),
    shows: (text) => eventually(() => expect(textOf()).toMatch(text)),
    connections: (count) => eventually(() => expect(hub.connectionCount).toBe(count)),
    submit(text) {
      const field = root.querySelector('input, textarea') as HTMLInputElement
      field.value = text
      field.dispatchEvent(new Event('input', { bubbles: true }))
      field.form?.requestSubmit()
    },
    click(text) {
      const buttons = [...root.querySelectorAll('button')]
      const button = buttons.find(({ textContent }) => textContent?.includes(text))
      if (!button) throw new Error(`No button says "${text}".`)
      button.click()
    },
    async end() {
      for (const cleanup of cleanups) cleanup()
      await eventually(() => expect(hub.connectionCount).toBe(0))
      root.remove()
      vi.unstubAllGlobals()
      vi.restoreAllMocks()
    },
  }
}

/** Registers a test for each block that needs a page; blocks that are tests register their own. */
export async function describeDocument(path: string, runs: Runs<Page>): Promise<void> {
  const { default: text } = (await import(/* @vite-ignore */ `/${path}?raw` as string)) as {
    default: string
  }
  const code = blocksOf(text).filter((block) => isCode(block) && needsPage(block))
  let page: ReturnType<typeof createPage>

  describe(path, () => {
    beforeEach(() => {
      page = createPage(path)
    })
    afterEach(() => page.end())

    runBlocks(
      code.filter((block) => !isSuite(block)),
      runs,
      () => page,
    )
  })

  describe.each(code.filter(isSuite))(`${path} $name`, async ({ name }) => {
    await import(/* @vite-ignore */ `/${path}/${name}`)
  })
}
