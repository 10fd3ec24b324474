/** The chat: its history comes from the server, what follows from the channel; after a gap the history is loaded again. */
import { type FormEvent, useEffect, useRef, useState } from 'react'
import type { Gap } from 'tidewire'
import { useChannel, useConnection, useFold, useSignalValue, useSSEClient } from 'tidewire/react'
import { clock, writeDeed } from '../chrome/connection-log.js'
import { useLast } from '../panels/use-last.js'
import { followChannel } from './channel-log.js'
import { room } from './client.js'
import { type ChatMessage, type Room, rooms } from './contract.js'
import { call, name as me } from './visitor.js'

export function ChatPanel() {
  const { state } = useConnection()
  const shown = useSignalValue(room)
  return (
    <>
      <header>
        <h2>React</h2>
        <code>useChannel() + useFold()</code>
        <status-badge state={state} />
      </header>
      <Chat key={shown} room={shown} />
    </>
  )
}

function Chat({ room: shown }: { room: Room }) {
  const { channel, status, gap, error } = useChannel(`chat/${shown}`)
  const history = useFold(
    channel,
    ({ signal }) => call<ChatMessage[]>(`rooms/${shown}`, undefined, { signal }),
    (history, { data }) => add(history, data),
  )
  // What was sent without an echo comes over no channel.
  const [own, setOwn] = useState<readonly ChatMessage[]>([])
  const messages = own.reduce(add, history ?? [])
  const lastGap = useLast(gap)
  const list = useRef<HTMLOListElement>(null)

  useEffect(() => followChannel(channel), [channel])
  useEffect(() => {
    if (list.current && messages.length) list.current.scrollTop = list.current.scrollHeight
  }, [messages.length])

  return (
    <>
      <div className="row">
        <select
          aria-label="Room"
          value={shown}
          onChange={({ target }) => {
            room.value = target.value as Room
          }}
        >
          {rooms.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
        <status-badge channel={status} />
      </div>
      <p className="note" aria-live="polite">
        {error?.message ?? historyText(history?.length, gap, lastGap)}
      </p>
      <ol className="chat" role="log" aria-label={`Messages in ${shown}`} ref={list}>
        {messages.map(({ id, by, text }) => (
          <li key={id} data-own={by === me}>
            <b>{by}</b> <span>{text}</span>
          </li>
        ))}
      </ol>
      <Composer room={shown} onSent={(message) => setOwn((own) => [...own, message])} />
    </>
  )
}

function Composer({ room, onSent }: { room: Room; onSent: (message: ChatMessage) => void }) {
  const { id } = useSSEClient()
  const [echo, setEcho] = useState(false)

  async function send(submitted: FormEvent<HTMLFormElement>) {
    submitted.preventDefault()
    const form = submitted.currentTarget
    const text = new FormData(form).get('text')
    form.reset()
    try {
      const sent = await call<ChatMessage>(
        `rooms/${room}`,
        { text, echo },
        { headers: { 'x-sse-client': id } },
      )
      if (!echo) onSent(sent)
    } catch (error) {
      writeDeed('Server', 'Refused', String(error))
    }
  }

  return (
    <form onSubmit={send}>
      <div className="prompt">
        <input
          name="text"
          placeholder="Message"
          aria-label="Message"
          required
          maxLength={200}
          autoComplete="off"
        />
        <button type="submit">Send</button>
      </div>
      <label className="check">
        <input type="checkbox" checked={echo} onChange={({ target }) => setEcho(target.checked)} />
        My own come over the stream as well
      </label>
    </form>
  )
}

/** A message may already be in the history. */
function add(history: readonly ChatMessage[], message: ChatMessage): ChatMessage[] {
  const others = history.filter(({ id }) => id !== message.id)
  return [...others, message].sort((one, other) => one.id - other.id)
}

function historyText(length: number | undefined, gap: Gap | undefined, last: Gap | undefined) {
  if (length === undefined) return 'The history is being loaded.'
  if (gap) return `Messages may be missing (gap: ${gap.reason}). The history is being loaded again.`
  if (last) return `The history was loaded again at ${clock(last.since)} (gap: ${last.reason}).`
  return `The history was loaded: nothing was missed since.`
}
