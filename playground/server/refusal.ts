/** What an attempt can get in place of a stream. */

/** 'finish': the end, told by 204. 'portal': the login page of a network. */
export type Refusal = 'busy' | 'portal' | 'finish'

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string | null
}

/** Seconds. */
const RETRY_AFTER = '2'

export const answers: { readonly [R in Refusal]: Answer } = {
  busy: {
    status: 503,
    headers: { 'retry-after': RETRY_AFTER, 'content-type': 'text/plain' },
    text: 'Busy. Come back later.',
  },
  portal: {
    status: 200,
    headers: { 'content-type': 'text/html' },
    text: '<!doctype html><title>Harbour WiFi</title><p>Please accept the terms of use.</p>',
  },
  finish: { status: 204, headers: {}, text: null },
}
