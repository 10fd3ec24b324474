/** Redirects, compared with what the platform's own `fetch` does with the same server. */
import { expect, onTestFinished, test } from 'vitest'
import { createNetwork, redirected } from '../support/faults/index.js'
import { bodyOf, serve } from '../support/http-server.js'

/** `/to/<status>/<n>` leads to itself with n - 1, and at 0 says what it was asked. */
async function server() {
  const { url, close } = await serve(async (request, response) => {
    const [, , status = '', count = ''] = (request.url ?? '').split('/')
    const body = await bodyOf(request)
    if (Number(count) > 0) {
      response.writeHead(Number(status), { location: `/to/${status}/${Number(count) - 1}` })
      response.end('elsewhere')
      return
    }
    const { method, headers, url } = request
    response.end(
      JSON.stringify({ method, url, body, type: headers['content-type'], key: headers['x-key'] }),
    )
  })
  onTestFinished(close)
  return url
}

/** The answer as a program sees it. */
async function seen(asking: Promise<Response>) {
  try {
    const response = await asking
    const { status, url, redirected } = response
    return { status, url, redirected, text: await response.text() }
  } catch (error) {
    return (error as Error).constructor.name
  }
}

const statuses = [301, 302, 303, 307, 308]
const methods = ['GET', 'POST', 'PUT', 'HEAD']
const cases = statuses.flatMap((status) => methods.map((method) => [status, method] as const))

test.each(cases)('%i of a %s', async (status, method) => {
  const base = await server()
  const init = {
    method,
    headers: { 'x-key': 'k' },
    ...(/PO|PU/.test(method) && { body: 'the body' }),
  }
  const manually = createNetwork((request) => fetch(new Request(request, { redirect: 'manual' })))
  for (const count of [0, 1, 3]) {
    const url = `${base}/to/${status}/${count}`
    expect(await seen(manually.fetch(new Request(url, init)))).toEqual(
      await seen(fetch(new Request(url, init))),
    )
  }
})

test.each(['error', 'follow'] as const)('the mode "%s", in a circle', async (redirect) => {
  const base = await server()
  const network = createNetwork((request) => fetch(new Request(request, { redirect: 'manual' })))
  const url = `${base}/to/307/100`
  expect(await seen(network.fetch(new Request(url, { redirect })))).toEqual(
    await seen(fetch(new Request(url, { redirect }))),
  )
})

test('the mode "manual" hands the redirect on', async () => {
  const network = createNetwork(
    async () => new Response('not asked'),
    redirected('/elsewhere', 302),
  )
  const response = await network.fetch(new Request('https://a.example/', { redirect: 'manual' }))
  expect([response.status, response.headers.get('location')]).toEqual([302, '/elsewhere'])
})

test('credentials stay with the origin that they are for', async () => {
  const asked: (string | null)[] = []
  const network = createNetwork(async ({ url, headers }) => {
    asked.push(url, headers.get('authorization'))
    return new Response('here')
  })
  const ask = () =>
    network.fetch(new Request('https://a.example/sse', { headers: { authorization: 'Bearer x' } }))
  network.next(redirected('/other'))
  await ask()
  network.next(redirected('https://b.example/sse'))
  const response = await ask()
  expect(asked).toEqual(['https://a.example/other', 'Bearer x', 'https://b.example/sse', null])
  expect([response.url, response.redirected]).toEqual(['https://b.example/sse', true])
})
