/** The buttons that break the connection on the server's side, and what the server sees of this page. */
import type { Fault } from '../contract.js'
import { breakIt, pageStatus } from '../session.js'
import { writeDeed } from './connection-log.js'

const buttons: readonly { fault: Fault; name: string; does: string }[] = [
  { fault: 'drop', name: 'Drop', does: 'Destroys the socket' },
  { fault: 'cut', name: 'Cut', does: 'Ends mid-event' },
  { fault: 'stall', name: 'Stall', does: 'Open, but silent' },
  { fault: 'busy', name: '503', does: 'Twice, with Retry-After' },
  { fault: 'expire', name: '401', does: 'Until the token is new' },
  { fault: 'portal', name: 'Wrong type', does: 'A login page, once' },
  { fault: 'finish', name: '204', does: 'The end, no reconnecting' },
]

export function mountBreakBar(bar: HTMLElement): void {
  for (const { fault, name, does } of buttons) {
    const button = document.createElement('button')
    button.dataset.fault = fault
    button.innerHTML = `<strong>${name}</strong><small>${does}</small>`
    button.addEventListener('click', () => {
      writeDeed('You', name)
      breakIt(fault).catch(() => writeDeed('Server', 'No answer'))
    })
    bar.append(button)
  }
}

/** Asks the server every second, as long as somebody looks. */
export function mountServerView(view: HTMLElement): void {
  const ask = async () => {
    if (document.hidden) return
    view.textContent = await pageStatus().then(
      ({ streams, opened }) =>
        `Server: ${streams} ${streams === 1 ? 'stream' : 'streams'} open · ${opened} so far`,
      () => 'Server: no answer',
    )
  }
  setInterval(ask, 1000)
  void ask()
}
