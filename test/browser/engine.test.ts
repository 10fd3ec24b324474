/** Which engine these tests run in. `.ci/run` looks for one of these by each engine's name. */
import { expect, test } from 'vitest'
import { server } from 'vitest/browser'

const PRODUCTS: Readonly<Record<string, RegExp>> = {
  chromium: /Chrome\//,
  firefox: /\bFirefox\//,
  webkit: /AppleWebKit\/(?!.*Chrome\/)/,
}

test(`runs in ${server.browser}`, () => {
  expect(navigator.userAgent).toMatch(PRODUCTS[server.browser] ?? /^$/)
})
