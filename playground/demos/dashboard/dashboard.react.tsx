/** A live dashboard in React: ten readings a second, drawn once a frame. */
import { useChannel } from 'tidewire/react'
import { metres } from '../../page/words.js'
import { summary } from './reading.js'

export function Dashboard() {
  const { messages } = useChannel('dashboard/metrics', { throttle: 'frame', history: 300 })
  const readings = messages.map(({ data }) => data)
  const now = readings.at(-1)

  return (
    <>
      <h3>
        Water level<b>{metres(now?.level)}</b>
      </h3>
      <live-chart aria-hidden top={4} values={readings.map(({ level }) => level)} />
      <h3>
        Events a second<b>{now?.rate}</b>
      </h3>
      <live-chart aria-hidden top={20} values={readings.map(({ rate }) => rate)} />
      <p className="facts">{now && summary(now)}</p>
    </>
  )
}
