import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { createHub } from '../../src/server/index.js'

const text = readFileSync(new URL('../../docs/protocol.md', import.meta.url), 'utf8')
const examples = [...text.matchAll(/^```(js|http|sse)\n(.*?)^```$/gms)].map(
  ([, kind, body]) => [kind, body] as [string, string],
)

/** What the document calls by names of its own: the epoch, connection ids, and times that are drawn. */
const DOCUMENTED_EPOCH = 'k3x9'

test('every example of docs/protocol.md is what happens', async () => {
  const build = () => createHub({ identify: (request) => request.headers.get('user') })
  let hub = build()
  let first = true
  /** By the document's name. */
  const names = new Map<string, string>()
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined
  let answer: Response | undefined

  const inDocument = (said: string) => {
    let told = said.replace(/"after":\d+/, '"after":900')
    for (const [documented, real] of names) told = told.replaceAll(real, documented)
    return told
  }
  const forReal = (documented: string) => {
    let real = documented
    for (const [name, value] of names) real = real.replaceAll(name, value)
    return real
  }

  async function run(body: string) {
    if (body.includes('hub.channel') && !first) hub = build()
    first = false
    await new Function('hub', `return (async () => {${body}})()`)(hub)
  }

  async function request(body: string) {
    const [head = '', payload] = forReal(body).split('\n\n')
    const [line = '', ...headers] = head.trim().split('\n')
    const [method = '', path] = line.split(' ')
    answer = await hub.fetch(
      new Request(`http://hub.test${path}`, {
        method,
        headers: headers.map((header) => header.split(': ') as [string, string]),
        ...(payload && { body: payload.trim() }),
      }),
    )
    if (answer.headers.get('content-type')?.startsWith('text/event-stream'))
      reader = (answer.body as ReadableStream<Uint8Array>).getReader()
  }

  async function response(body: string) {
    const [head = '', payload] = body.split('\n\n')
    expect(head).toContain(String(answer?.status))
    expect(answer?.headers.get('content-type')).toContain('application/json')
    expect(await answer?.json()).toEqual(JSON.parse(payload as string))
  }

  async function stream(body: string) {
    let said = ''
    while (inDocument(said).length < body.length) {
      const { value, done } = (await reader?.read()) ?? { done: true }
      if (done) break
      said += new TextDecoder().decode(value)
      learn(said, body)
    }
    expect(inDocument(said)).toBe(body)
  }

  function learn(said: string, documented: string) {
    for (const pattern of [/"conn":"([^"]+)"/, /^id: (\w+)\./m]) {
      const real = pattern.exec(said)?.[1]
      const name = pattern.exec(documented)?.[1]
      if (real && name) names.set(name, real)
    }
    expect([undefined, DOCUMENTED_EPOCH]).toContain(/^id: (\w+)\./m.exec(documented)?.[1])
  }

  const kinds = new Set<string>()
  for (const [kind, body] of examples) {
    kinds.add(kind)
    if (kind === 'js') await run(body)
    else if (kind === 'sse') await stream(body)
    else if (body.startsWith('HTTP')) await response(body)
    else await request(body)
  }
  expect([...kinds]).toEqual(['js', 'http', 'sse'])
  expect(examples.length).toBeGreaterThan(15)
  await hub.close()
})
