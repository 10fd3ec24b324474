/** The faults that stay until a person takes them back: both are of the page's own network. */
import type { ReadonlySignal } from 'tidewire'
import { network } from '../connection/network.js'
import type { FaultCard } from './faults.js'

export interface Toggle {
  readonly isOn: ReadonlySignal<boolean>
  set(isOn: boolean): void
}

const toggles: Readonly<Record<string, Toggle>> = {
  offline: { isOn: network.isOffline, set: network.setOffline },
  slow: { isOn: network.isSlow, set: network.setSlow },
}

/** Undefined for a fault that is over by itself. */
export const toggleOf = ({ id }: FaultCard): Toggle | undefined => toggles[id]
