/** The buttons that put the hub to the test, the visitor's role, and what the hub sees of this page. */
import { effect, signal } from 'tidewire'
import { writeDeed } from '../chrome/connection-log.js'
import { client, room } from './client.js'
import { type Deed, type HubStatus, roles } from './contract.js'
import { call } from './visitor.js'

const buttons: readonly { deed: Deed; name: string; does: string }[] = [
  { deed: 'drop', name: 'Drop', does: 'Destroys your stream' },
  { deed: 'restart', name: 'Restart', does: 'A new hub, an empty log' },
  { deed: 'forget', name: 'Forget', does: 'Drops you, then the log' },
  { deed: 'drain', name: 'Drain', does: 'A new hub, the same log' },
  { deed: 'revoke', name: 'Revoke', does: 'Takes your role away' },
  { deed: 'expire', name: '401', does: 'Until the token is new' },
]

/** Undefined while there is no answer. */
const status = signal<HubStatus | undefined>(undefined)

async function ask(): Promise<void> {
  status.value = await call<HubStatus>('hub').catch(() => undefined)
}

const refused = (error: Error) => writeDeed('Server', 'Refused', error.message)

export function mountDeedBar(bar: HTMLElement): void {
  for (const { deed, name, does } of buttons) {
    const button = document.createElement('button')
    button.dataset.deed = deed
    button.innerHTML = `<strong>${name}</strong><small>${does}</small>`
    button.addEventListener('click', () => {
      writeDeed('You', name)
      call('hub', { deed, room: room.value }).then(ask, refused)
    })
    bar.append(button)
  }
}

/** What a role may hear is asked when a channel is joined: another role needs a new stream. */
export function mountRole(select: HTMLSelectElement): void {
  for (const role of roles) select.add(new Option(role))
  select.onchange = () => {
    writeDeed('You', 'Role', select.value)
    call('role', { role: select.value }).then(client.reconnect, refused)
  }
  effect(() => {
    if (status.value) select.value = status.value.role
  })
}

/** Asks the hub every second, as long as somebody looks. */
export function mountHubView(view: HTMLElement): void {
  effect(() => {
    view.textContent = viewText(status.value)
  })
  setInterval(() => !document.hidden && ask(), 1000)
  void ask()
}

function viewText(status: HubStatus | undefined): string {
  if (!status) return 'Hub: no answer'
  const { streams, connections, requests } = status
  return `Hub: ${connections} open, ${streams} of this page · asked ${requests === 1 ? 'once' : `${requests} times`}`
}
