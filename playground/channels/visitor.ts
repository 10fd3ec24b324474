/** This page towards the server: who it is, the token it shows, and its requests beside the stream. */
import { writeDeed } from '../chrome/connection-log.js'

const birds = ['Avocet', 'Curlew', 'Dunlin', 'Gannet', 'Heron', 'Petrel', 'Plover', 'Tern']

/** A label and a name that the page makes up; an app has a session for it. */
export const id = Math.random().toString(36).slice(2, 10)
export const name = `${birds[Math.floor(Math.random() * birds.length)]} ${id.slice(0, 2)}`

let token = ''

export const headers = () => ({
  'x-visitor': id,
  'x-name': name,
  authorization: `Bearer ${token}`,
})

export async function refresh(): Promise<void> {
  writeDeed('Page', 'Token', 'asks for a new one')
  token = (await call<{ token: string }>('token', {})).token
}

/** GET, or POST with a body. Rejects with what the server says. */
export async function call<T>(
  path: string,
  body?: object,
  { headers: more, signal }: { headers?: Record<string, string>; signal?: AbortSignal } = {},
): Promise<T> {
  const isRaw = body instanceof Blob
  const response = await fetch(`/api/${path}`, {
    method: body ? 'POST' : 'GET',
    headers: { ...headers(), ...more },
    body: isRaw ? body : body ? JSON.stringify(body) : null,
    signal: signal ?? null,
  })
  const answer = await response.json()
  if (!response.ok) throw new Error(answer.error)
  return answer
}
