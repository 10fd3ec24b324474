/** Schemas of any library that follows Standard Schema, as a program uses them. */
import type { StandardSchemaV1 } from '@standard-schema/spec'
import { createSource, type EventSchemas, type Message, type SourceOptions } from 'tidewire'
import { type Equal, is } from './equal.js'

type Point = { x: number; y: number }
type Events = { moved: Point; line: string }

declare const point: StandardSchemaV1<unknown, Point>
/** Its input is another type than its output, as with a date that travels as text. */
declare const line: StandardSchemaV1<number, string>

export function validated() {
  const source = createSource<Events>('/map', { schema: { moved: point, line } })
  source.on('moved', (data) => is<Equal<typeof data, Point>>())
  is<Equal<typeof source.latest.value, Message<Events> | undefined>>()
  createSource<Events>('/map', { schema: { line } })
  createSource<Events>('/map', { schema: undefined })
  const schema: EventSchemas<Events> = { moved: point }
  const options: SourceOptions<Events> = { schema, history: 10 }
  createSource('/map', options)
  createSource('/map', { schema: { anything: point } })
}

export function issues() {
  createSource<Events>('/map', { schema: { moved: point } }).on('error', (error) => {
    if (error.code !== 'validation') return
    const issues: readonly StandardSchemaV1.Issue[] = error.issues
    return `${error.type} ${error.raw} ${issues[0]?.message}`
  })
}

export function negatives() {
  // @ts-expect-error a schema of another type
  createSource<Events>('/map', { schema: { moved: line } })
  // @ts-expect-error no such event
  createSource<Events>('/map', { schema: { move: point } })
  // @ts-expect-error a function is no schema
  createSource<Events>('/map', { schema: { moved: (data: unknown) => data as Point } })
}
