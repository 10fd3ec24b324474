import type { ComponentType } from 'react'
import { SSEClient } from 'tidewire'
import { SSEProvider } from 'tidewire/react'
import { describeDocument } from '../../support/document/page.js'

await describeDocument('docs/authentication.md', {
  async 'SignInAgain.tsx'(page) {
    const { SignInAgain } = await page.load<{
      SignInAgain: ComponentType<{ signIn: () => Promise<void> }>
    }>('SignInAgain.tsx')
    let isSignedIn = false
    page.route('/_sse', (request) =>
      isSignedIn ? page.hub.fetch(request) : new Response(null, { status: 401 }),
    )
    const client = new SSEClient()
    client.subscribe('notices')
    page.leave(client.close)
    page.react(
      <SSEProvider client={client}>
        <SignInAgain
          signIn={async () => {
            isSignedIn = true
          }}
        />
      </SSEProvider>,
    )
    await page.shows('Sign in again')
    page.click('Sign in again')
    await page.shows(/^$/)
    await page.connections(1)
  },
})
