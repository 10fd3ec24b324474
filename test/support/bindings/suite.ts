/** What `useSSE`, `useFold` and `useSignalValue` do, whatever the framework: one suite, driven through a host. */
import { folds } from './folds.js'
import { holding } from './holding.js'
import type { Host } from './host.js'
import { rendering } from './rendering.js'
import { server } from './server.js'
import { sharing } from './sharing.js'
import { targets } from './targets.js'
import { verbs } from './verbs.js'
import { wire } from './wire.js'

export function bindingsSuite(host: Host): void {
  for (const part of [rendering, sharing, targets, holding, verbs, server, folds, wire]) part(host)
}
