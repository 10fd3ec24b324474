import { expect, it } from 'vitest'
import { essenceOf } from '../../src/event-stream/mime-type.js'

it.each([
  ['text/event-stream', 'text/event-stream'],
  ['Text/Event-Stream', 'text/event-stream'],
  ['text/event-stream;charset=utf-8', 'text/event-stream'],
  ['text/event-stream ; charset=latin1', 'text/event-stream'],
  ['text/event-stream;', 'text/event-stream'],
  ['\t text/event-stream \t', 'text/event-stream'],
  ['text/event-streamfoo', 'text/event-streamfoo'],
  ['text/event-stream foo', ''],
  ['text/event-stream/x', ''],
  ['text/', ''],
  ['/event-stream', ''],
  ['text', ''],
  ['', ''],
  // Several values: the last valid one.
  ['text/html, text/event-stream', 'text/event-stream'],
  ['text/event-stream, text/html', 'text/html'],
  ['text/event-stream,', 'text/event-stream'],
  ['text/event-stream, */*', 'text/event-stream'],
  ['text/event-stream, no type', 'text/event-stream'],
  ['text/event-stream;charset=utf-8,text/event-stream', 'text/event-stream'],
  // A comma within quotes parts nothing.
  ['text/event-stream;a=",text/html"', 'text/event-stream'],
  ['text/event-stream;a="\\",text/html', 'text/event-stream'],
  ['text/event-stream;a="\\"",text/html', 'text/html'],
  ['text/event-stream;a="x, text/html', 'text/event-stream'],
  ['"text/html", text/event-stream', 'text/event-stream'],
  ['text/event-stream, text/"x"html', 'text/event-stream'],
])('the essence of %j is %j', (contentType, essence) => {
  expect(essenceOf(contentType)).toBe(essence)
})
