/** The clients of a page, for whoever steers it. */
import { observe } from './contestant.ts'
import { peers } from './peers.mjs'
import { connectTidewire } from './tidewire.ts'

const clients = { ...peers, tidewire: connectTidewire }
let client

globalThis.conformance = {
  start(name, url, options) {
    client = observe(clients[name], url, options)
  },
  log: () => client.log,
  close: () => client.close(),
}
