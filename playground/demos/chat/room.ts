/** The room that all views show, and what they ask of the server beside the stream. */
import { type Message, type SeedContext, signal } from 'tidewire'
import { client } from '../../connection/client.js'
import type { AppChannels, ChatMessage, Room } from '../../contract.js'
import { tellRefusal } from '../../log/happenings.js'
import { call } from '../../page/visitor.js'

export const room = signal<Room>('harbour')

/** What was said before: the seed of a fold. */
export const loadHistory = (room: Room, { signal }: SeedContext) =>
  call<readonly ChatMessage[]>(`rooms/${room}`, undefined, { signal })

/** A message may already be in the history, so it is added by its id. */
export function add(
  history: readonly ChatMessage[],
  message: Message<AppChannels['chat/:room']>,
): readonly ChatMessage[] {
  if (message.type !== 'message') return history
  const { data } = message
  const others = history.filter(({ id }) => id !== data.id)
  return [...others, data].sort((one, other) => one.id - other.id)
}

/** Who is there: the seed of a fold. */
export const loadNames = (room: Room, { signal }: SeedContext) =>
  call<readonly string[]>(`presence/${room}`, undefined, { signal })

/** Resolves with whether it was said; it comes back over the stream, like everybody's. */
export function say(text: string): Promise<boolean> {
  lastTyped = 0
  return call(`rooms/${room.peek()}`, { text }).then(() => true, refused)
}

function refused(error: unknown): false {
  tellRefusal(error)
  return false
}

const AGAIN_AFTER = 2000
let lastTyped = 0

/** Tells the others. The server leaves out the client that it is told of. */
export function type(): void {
  if (Date.now() - lastTyped < AGAIN_AFTER) return
  lastTyped = Date.now()
  call(`typing/${room.peek()}`, {}, { headers: { 'x-sse-client': client.id } }).catch(() => {})
}
