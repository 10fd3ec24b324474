/** The rooms, and how many people are in each. */
import { effect } from 'tidewire'
import { client } from '../../connection/client.js'
import { rooms } from '../../contract.js'
import { createChoice } from '../../page/choice.js'
import { element } from '../../page/element.js'
import { loadNames, room } from './room.js'

export function mountRooms(bar: HTMLElement): () => void {
  const counts = rooms.map((name) => {
    const presence = client.channel(`presence/${name}`)
    const present = presence.fold(
      (seed) => loadNames(name, seed),
      (_, { data }) => data.names,
    )
    const count = element('b', { className: 'count', data: { room: name } })
    const stop = effect(() => {
      count.textContent = String(present.value?.length ?? '')
      count.title = present.value?.join(', ') ?? ''
    })
    return { name, count, stop }
  })
  const choice = createChoice('Room', rooms, room, (value) => {
    const word = element('span', {}, `${value} `)
    word.append(counts.find(({ name }) => name === value)?.count ?? '')
    return word
  })
  bar.append(choice)
  return () => {
    for (const { stop } of counts) stop()
  }
}
