/** The stage: one demo at a time, in three views beside each other, with the code of the one that is chosen. */
import { createCodePane } from '../code/code-pane.js'
import { sourceFile } from '../code/sources.js'
import { tellRefusal } from '../log/happenings.js'
import { element } from '../page/element.js'
import { createTabs } from '../page/tabs.js'
import { type Demo, type Framework, frameworks } from './demo.js'
import type { DemoEntry } from './demos.js'

export function mountStage(stage: HTMLElement, demos: readonly DemoEntry[]): void {
  const tabs = element(
    'div',
    { className: 'tabs', ariaLabel: 'Demos' },
    ...demos.map(({ id, name }) => element('button', { data: { tab: id } }, name)),
  )
  const panel = element('div', { id: 'demo' })
  stage.append(tabs, panel)

  let shown = ''
  let leave = () => {}

  async function show(id: string) {
    leave()
    leave = () => {}
    panel.replaceChildren()
    panel.dataset.demo = shown = id
    if (location.hash || id !== demos[0]?.id) history.replaceState(null, '', `#${id}`)
    const loaded = await demos.find((entry) => entry.id === id)?.load()
    if (loaded && shown === id) leave = showDemo(panel, loaded.demo)
  }

  // A link may name a demo.
  createTabs(tabs, panel, (id) => void show(id).catch(tellRefusal), location.hash.slice(1))
}

/** Whose code is shown, whatever the demo. */
let chosen: Framework = 'TypeScript'

function showDemo(panel: HTMLElement, demo: Demo): () => void {
  const bar = element('div', { className: 'bar' })
  const views = frameworks.map((name) =>
    element('section', { className: 'view', data: { view: name }, ariaLabel: name }),
  )
  const heads = element(
    'div',
    { className: 'view-heads', ariaLabel: 'The code of' },
    ...frameworks.map((name) =>
      element(
        'button',
        { data: { tab: name } },
        element('strong', {}, name),
        ' ',
        element('code', {}, demo.views[name].uses),
      ),
    ),
  )
  const codes = element('div', { className: 'codes', id: 'codes' })
  const scene = element('div', { className: 'scene' }, heads, ...views, codes)
  panel.append(element('div', { className: 'intro' }, element('p', {}, demo.says), bar), scene)

  const showCode = (framework: string) => {
    chosen = framework as Framework
    scene.dataset.framework = chosen
    codes.replaceChildren(
      createCodePane('Page', demo.views[chosen].files.map(sourceFile)),
      createCodePane('Server', demo.server.map(sourceFile)),
    )
  }
  createTabs(heads, codes, showCode, chosen)

  const stops = [
    demo.bar?.(bar),
    ...frameworks.map((name, index) => demo.views[name].mount(views[index] as HTMLElement)),
  ]
  return () => {
    for (const stop of stops) stop?.()
  }
}
