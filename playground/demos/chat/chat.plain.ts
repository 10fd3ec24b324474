/** A chat room without a framework. After a gap its history is loaded again. */
import { effect } from 'tidewire'
import { client } from '../../connection/client.js'
import { element } from '../../page/element.js'
import { add, loadHistory, loadNames, room, say, type } from './room.js'

export function mountChat(panel: HTMLElement): () => void {
  const names = element('p', { className: 'names' })
  const note = element('gap-note')
  const list = element('ol')
  const typing = element('p', { className: 'typing' })
  panel.append(names, note, element('scroll-end', {}, list), typing, createComposer())

  // Another room: the effects of the last one end, and with them its channels are left.
  return effect(() => {
    const name = room.value
    const chat = client.channel(`chat/${name}`)
    const presence = client.channel(`presence/${name}`)
    const messages = chat.fold((seed) => loadHistory(name, seed), add)
    const present = presence.fold(
      (seed) => loadNames(name, seed),
      (_, { data }) => data.names,
    )
    const stops = [
      effect(() => {
        names.textContent = `Here: ${present.value?.join(', ') ?? ''}`
      }),
      effect(() => {
        note.gap = chat.gap.value
        note.loaded = messages.value !== undefined
      }),
      effect(() => {
        const rows = messages.value ?? []
        list.replaceChildren(
          ...rows.map(({ by, text }) => element('li', {}, element('b', {}, by), ' ', text)),
        )
      }),
      effect(() => {
        const latest = chat.latest.value
        typing.textContent = latest?.type === 'typing' ? `${latest.data.by} is typing` : ''
      }),
    ]
    return () => {
      for (const stop of stops) stop()
    }
  })
}

function createComposer(): HTMLFormElement {
  const input = element('input', {
    ariaLabel: 'Message',
    placeholder: 'Message',
    required: true,
    maxLength: 200,
    oninput: type,
  })
  const form = element('form', { className: 'composer' }, input, element('button', {}, 'Send'))
  form.onsubmit = async (submitted) => {
    submitted.preventDefault()
    if (await say(input.value)) form.reset()
  }
  return form
}
