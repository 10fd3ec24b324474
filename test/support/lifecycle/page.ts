/** The page that is left, frozen, hidden and cut off: a client of the hub, and a tape of all that it saw. */
import { SSEClient, type UntypedChannels } from '../../../src/index.js'
import type { Tape, Told } from './tape.js'

const tape: Tape = []
const note = (told: Told) => void tape.push({ at: Date.now(), ...told })

const client = new SSEClient<UntypedChannels>({
  url: '/_sse',
  onDiagnostic({ type }) {
    if (type === 'silence' || type === 'replaced') note({ type })
  },
})
client.state.subscribe((state) => {
  const offline = state.status === 'waiting' && state.offline
  note({ type: 'state', status: state.status, offline })
})
const channel = client.channel('n', { replay: 'earliest' })
channel.on('n', (number) => note({ type: 'message', number: number as number }))
channel.gap.subscribe((gap) => {
  if (gap) note({ type: 'gap' })
})

addEventListener('pagehide', () => note({ type: 'left' }))
addEventListener('pageshow', ({ persisted }) => note({ type: 'back', kept: persisted }))
document.addEventListener('freeze', () => note({ type: 'frozen' }))
document.addEventListener('resume', () => note({ type: 'thawed' }))
document.addEventListener('visibilitychange', () => note({ type: document.visibilityState }))
addEventListener('offline', () => note({ type: 'offline' }))
addEventListener('online', () => note({ type: 'online' }))

Object.assign(window, { tape, client })
