/** The stage: one demo at a time, in three views beside each other, with the code of the one that is chosen. */
import { createCodePane } from '../code/code-pane.js'
import { sourceFile } from '../code/sources.js'
import { element } from '../page/element.js'
import { createTabs } from '../page/tabs.js'
import { type Demo, type Framework, frameworks } from './demo.js'

export function mountStage(stage: HTMLElement, demos: readonly Demo[]): void {
  const tabs = element(
    'div',
    { className: 'tabs', ariaLabel: 'Demos' },
    ...demos.map(({ id, name }) => element('button', { data: { tab: id } }, name)),
  )
  const panel = element('div', { id: 'demo' })
  stage.append(tabs, panel)

  let leave = () => {}
  const show = (id: string) => {
    leave()
    panel.replaceChildren()
    const demo = demos.find((demo) => demo.id === id)
    if (demo) leave = showDemo(panel, demo)
    if (location.hash || id !== demos[0]?.id) history.replaceState(null, '', `#${id}`)
  }
  // A link may name a demo.
  createTabs(tabs, panel, show, location.hash.slice(1))
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
  panel.dataset.demo = demo.id

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
