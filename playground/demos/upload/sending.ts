/** The upload that all views watch, and how it is sent. */
import { signal } from 'tidewire'
import { call, id as visitor } from '../../page/visitor.js'

/** Its channel; `null` before the first. */
export const upload = signal<`upload/${string}` | null>(null)
/** Aborting it ends the upload; undefined where none is under way. */
export const running = signal<AbortController | undefined>(undefined)
/** Why the last one failed; '' where it did not. */
export const failure = signal('')

let uploads = 0

export async function send(file: Blob): Promise<void> {
  const id = `${visitor}.${++uploads}`
  const control = new AbortController()
  upload.value = `upload/${id}`
  running.value = control
  failure.value = ''
  try {
    await call(`uploads/${id}`, file, { signal: control.signal })
  } catch (error) {
    failure.value = error instanceof Error ? error.message : String(error)
  }
  running.value = undefined
}
