/** Files of this very page, to be read and copied. */
import { tellRefusal } from '../log/happenings.js'
import { announce } from '../page/announcer.js'
import { element } from '../page/element.js'
import { createTabs } from '../page/tabs.js'
import { highlight } from './highlight.js'
import type { SourceFile } from './sources.js'

let panes = 0

/** The first file is shown first. `label`: what the files have in common. */
export function createCodePane(label: string, files: readonly SourceFile[]): HTMLElement {
  const code = element('code')
  const text = element('pre', { tabIndex: 0, id: `code-${++panes}` }, code)
  const list = element(
    'div',
    { className: 'files', ariaLabel: `${label}: files` },
    ...files.map(({ path }) =>
      element('button', { data: { tab: path }, title: path }, nameOf(path)),
    ),
  )
  let wanted = ''
  let shown = ''
  const copy = element('button', { type: 'button', className: 'copy' }, 'Copy')
  copy.onclick = async () => {
    await navigator.clipboard.writeText(shown)
    copy.textContent = 'Copied'
    announce('The code was copied.')
  }

  async function show(path: string) {
    wanted = path
    const loaded = await files.find((file) => file.path === path)?.load()
    if (wanted !== path) return
    shown = loaded ?? ''
    code.replaceChildren(highlight(shown))
    text.scrollTo(0, 0)
    copy.textContent = 'Copy'
  }

  createTabs(list, text, (path) => void show(path).catch(tellRefusal))
  return element(
    'section',
    { className: 'code', ariaLabel: label },
    element('header', {}, element('span', { className: 'code-label' }, label), list, copy),
    text,
  )
}

const nameOf = (path: string) => path.split('/').at(-1) ?? path
