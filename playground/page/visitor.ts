/** This page towards the server: who it is, the token it shows, and its requests beside the streams. */
import { network } from '../connection/network.js'
import { tell } from '../log/happenings.js'

const birds = ['Avocet', 'Curlew', 'Dunlin', 'Gannet', 'Heron', 'Petrel', 'Plover', 'Tern']

/** A label and a name that the page makes up; an app has a session for it. */
export const id = Math.random().toString(36).slice(2, 10)
export const name = `${birds[Math.floor(Math.random() * birds.length)]} ${id.slice(0, 2)}`

let token = ''

export const headers = () => ({
  'x-client': id,
  'x-name': name,
  authorization: `Bearer ${token}`,
})

export async function refresh(): Promise<void> {
  tell({ by: 'Page', what: 'Token', detail: 'asks for a new one', fact: 'refresh' })
  token = (await call<{ token: string }>('token', {})).token
}

/** GET, or POST with a body. Rejects with what the server says. */
export async function call<T>(
  path: string,
  body?: object,
  { headers: more, signal }: { headers?: Record<string, string>; signal?: AbortSignal } = {},
): Promise<T> {
  const isRaw = body instanceof Blob
  const response = await network.fetch(
    new Request(`/api/${path}`, {
      method: body ? 'POST' : 'GET',
      headers: { ...headers(), ...more },
      body: isRaw ? body : body ? JSON.stringify(body) : null,
      signal: signal ?? null,
    }),
  )
  const answer = await response.json()
  if (!response.ok) throw new Error(answer.error)
  return answer
}
