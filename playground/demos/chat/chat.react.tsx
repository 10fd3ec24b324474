/** A chat room in React. After a gap its history is loaded again. */
import { type FormEvent, useState } from 'react'
import { useChannel, useFold, useSignalValue } from 'tidewire/react'
import { add, loadHistory, loadNames, room, say, type } from './room.js'

export function Chat() {
  const name = useSignalValue(room)
  const { channel: chat, latest, gap } = useChannel(`chat/${name}`)
  const { channel: presence } = useChannel(`presence/${name}`)
  const messages = useFold(chat, (seed) => loadHistory(name, seed), add)
  const present = useFold(
    presence,
    (seed) => loadNames(name, seed),
    (_, { data }) => data.names,
  )

  return (
    <>
      <p className="names">Here: {present?.join(', ')}</p>
      <gap-note gap={gap} loaded={messages !== undefined} />
      <scroll-end>
        <ol>
          {messages?.map(({ id, by, text }) => (
            <li key={id}>
              <b>{by}</b> {text}
            </li>
          ))}
        </ol>
      </scroll-end>
      <p className="typing" key={latest?.id}>
        {latest?.type === 'typing' && `${latest.data.by} is typing`}
      </p>
      <Composer />
    </>
  )
}

function Composer() {
  const [text, setText] = useState('')

  async function submit(submitted: FormEvent) {
    submitted.preventDefault()
    if (await say(text)) setText('')
  }

  return (
    <form className="composer" onSubmit={submit}>
      <input
        aria-label="Message"
        placeholder="Message"
        required
        maxLength={200}
        value={text}
        onChange={({ target }) => {
          setText(target.value)
          type()
        }}
      />
      <button type="submit">Send</button>
    </form>
  )
}
