/** The contract, registered: hooks and `new SSEClient()` know the channels by name. Not in contract.ts, which programs without a contract import too. */
import type { AppChannels } from './contract.js'

declare module 'tidewire' {
  interface Register {
    channels: AppChannels
  }
}
