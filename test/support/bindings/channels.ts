/** What `useChannel` and its kin do, whatever the framework: one suite, driven through a host. */
import { connection } from './channels-connection.js'
import type { Host } from './channels-host.js'
import { joining } from './channels-joining.js'
import { listening } from './channels-listening.js'
import { rendering } from './channels-rendering.js'
import { server } from './channels-server.js'
import { walks } from './channels-walks.js'

export function channelsSuite(host: Host): void {
  for (const part of [rendering, joining, listening, connection, server, walks]) part(host)
}
