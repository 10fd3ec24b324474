/** Notices by role in React: what the role does not allow is denied, and the others go on. */
import { useChannel } from 'tidewire/react'
import { type Audience, audiences, notify } from './audiences.js'

export function Notifications() {
  return audiences.map((audience) => <AudienceCard key={audience.to} {...audience} />)
}

function AudienceCard({ to, channel: name }: Audience) {
  const { status, messages, gap, channel } = useChannel(name)
  return (
    <article className="audience">
      <header>
        <h3>{name}</h3>
        <status-badge channel={status} />
      </header>
      <ol>
        {messages
          .slice(-2)
          .reverse()
          .map(({ id, data }) => (
            <li key={id}>{data.text}</li>
          ))}
      </ol>
      <button type="button" onClick={() => notify(to)}>
        Tell {to}
      </button>
      {gap && (
        <button type="button" className="missed" onClick={channel.acknowledge}>
          Some may be missing ({gap.reason}). I have seen it
        </button>
      )}
    </article>
  )
}
