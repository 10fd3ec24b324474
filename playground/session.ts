/** This page towards the server: who it is, the token it shows, and the options that all of its connections share. */
import type { ConnectionOptions } from 'tidewire'
import { writeDeed } from './chrome/connection-log.js'
import type { Fault, PageStatus } from './contract.js'

/** A label, so that "break it" breaks the streams of this page only. */
const client = Math.random().toString(36).slice(2, 8)

let token = ''
let refreshing: Promise<void> | undefined

/** Each connection asks for itself; the page asks the server once for all of them. */
function refresh(): Promise<void> {
  refreshing ??= newToken().finally(() => {
    refreshing = undefined
  })
  return refreshing
}

async function newToken(): Promise<void> {
  writeDeed('Page', 'Token', 'asks for a new one')
  token = (await call<{ token: string }>('refresh', {})).token
}

export const connection: ConnectionOptions = {
  // Asked before every attempt, so an attempt after a refresh carries the new token.
  headers: () => ({ 'x-client': client, authorization: `Bearer ${token}` }),
  onUnauthorized: refresh,
  // The server writes something every 2 s. After 5 s without a byte the stream is dead, whatever the socket says.
  heartbeatTimeout: 5000,
  // A browser has six HTTP/1.1 connections for a server. A tab in the background gives its own back.
  pauseWhenHidden: 5000,
}

export const breakIt = (fault: Fault) => call<PageStatus>('break', { fault })

export const pageStatus = () => call<PageStatus>('status')

async function call<T>(path: string, body?: object): Promise<T> {
  const response = await fetch(`/api/${path}`, {
    method: body ? 'POST' : 'GET',
    headers: { 'x-client': client },
    body: body ? JSON.stringify(body) : null,
  })
  if (!response.ok) throw new Error(`${response.url} answered ${response.status}`)
  return response.json() as Promise<T>
}
