/** The progress of an upload without a framework, as the server counts it. */
import { effect } from 'tidewire'
import { client } from '../../connection/client.js'
import { element } from '../../page/element.js'
import { upload } from './sending.js'

export function mountUpload(panel: HTMLElement): () => void {
  const name = element('h3', {}, 'upload/:id')
  const badge = element('status-badge')
  const bar = element('progress', { max: 100, ariaLabel: 'Upload' })
  const text = element('p', { className: 'facts' }, 'Nothing sent yet')
  panel.append(element('header', {}, name, badge), bar, text)
  badge.channel = 'idle'

  return effect(() => {
    if (!upload.value) return
    // From the first event, whichever comes first: the hub's answer or the server's first word.
    const channel = client.channel(upload.value, { replay: 'earliest' })
    const progress = channel.latestOf('progress')
    const complete = channel.latestOf('complete')
    name.textContent = channel.name
    return effect(() => {
      const { percent = 0, message = 'Waiting' } = progress.value?.data ?? {}
      const shown = complete.value ? 100 : percent
      badge.channel = channel.status.value
      bar.value = shown
      text.textContent = `${shown} % · ${channel.error.value?.message ?? message}`
    })
  })
}
