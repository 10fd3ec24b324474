/** What sends an upload, and what cancels it. */
import { effect } from 'tidewire'
import { element } from '../../page/element.js'
import { failure, running, send } from './sending.js'

const SAMPLE = 4 * 1024 * 1024

export function mountUploads(bar: HTMLElement): () => void {
  const sample = element(
    'button',
    { type: 'button', onclick: () => void send(new Blob([new Uint8Array(SAMPLE)])) },
    'Send 4 MB',
  )
  const cancel = element(
    'button',
    { type: 'button', onclick: () => running.peek()?.abort(new Error('Cancelled')) },
    'Cancel',
  )
  const file = element('input', {
    type: 'file',
    onchange() {
      const [chosen] = file.files ?? []
      if (chosen) void send(chosen)
      // The same file may be chosen again.
      file.value = ''
    },
  })
  const said = element('p', { className: 'quiet' })
  bar.append(sample, element('label', { className: 'file' }, 'Send a file', file), cancel, said)
  return effect(() => {
    const isRunning = running.value !== undefined
    sample.disabled = file.disabled = isRunning
    cancel.disabled = !isRunning
    said.textContent = failure.value
  })
}
