/** What the plain endpoints of this page have in common: the page's network, its token, and how long they may be silent. */
import type { ConnectionOptions } from 'tidewire'
import { network } from '../connection/network.js'
import { headers, refresh } from '../page/visitor.js'

export const plainOptions: ConnectionOptions = {
  fetch: network.fetch,
  headers,
  onUnauthorized: refresh,
  // The server writes something every 2 s. After 5 s without a byte the stream is dead, whatever the socket says.
  heartbeatTimeout: 5000,
}
