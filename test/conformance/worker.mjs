/** The clients of Node, one a thread. What a client throws where nobody catches it is its user's to see, and no end. */
import { parentPort } from 'node:worker_threads'
import { observe } from './contestant.ts'
import { peers } from './peers.mjs'
import { connectTidewire } from './tidewire.ts'

const clients = { ...peers, tidewire: connectTidewire }
let client

process.on('uncaughtException', () => {})
process.on('unhandledRejection', () => {})

const deeds = {
  start({ name, url, options }) {
    client = observe(clients[name], url, options)
  },
  log() {},
  close() {
    client.close()
  },
}

parentPort.on('message', (message) => {
  deeds[message.do](message)
  parentPort.postMessage(client?.log)
})
