/** Text for the token stream: an explanation of server-sent events that follows the words of the prompt. No model is involved. */

interface Passage {
  readonly about: RegExp
  readonly text: string
}

const PASSAGES: readonly Passage[] = [
  {
    about: /lost|lose|resum|reconnect|retry|drop|offline|network|break|id\b/i,
    text: 'A connection breaks sooner or later. Each event may carry an id, and the client remembers the last one that it delivered. When it comes back it sends that id in the Last-Event-ID header, and the server goes on with the event after it. So nothing is lost and nothing comes twice, as long as the server still keeps that part of its history. A "retry:" line tells the client how long to wait at least; a client that waits a little longer at random does not come back together with all the others.',
  },
  {
    about: /websocket|socket|poll|differ|compare|versus|\bvs\b|why/i,
    text: 'Compared with a WebSocket, the stream is a plain HTTP response: it passes through proxies, it uses the headers and cookies that you have already, and HTTP/2 carries many of them over one connection. It flows in one direction only. What the page has to say it says with ordinary requests, like the one that brought you this text. Polling asks again and again; a stream is told once, at the moment when there is something to tell.',
  },
  {
    about: /wire|format|pars|field|line|protocol|look|raw|byte/i,
    text: 'On the wire it is text. A line "data: hello" and an empty line make an event. A line "event: tick" names its type, "id: 42" its place, and a line that starts with a colon is a comment, good as a heartbeat. Lines end with CR, LF or both, and the network may cut them anywhere, even in the middle of a character. A parser that is fed bytes must not care.',
  },
  {
    about: /react|vue|signal|hook|component|render|state|page|ui\b/i,
    text: 'In a page the stream becomes state. The last message, the list of the latest ones and the connection itself are signals: whatever reads them follows them. Ten thousand events in one read are ten thousand calls of a listener, and one render.',
  },
  {
    about: /token|llm|model|ai\b|chat|gpt|prompt|post|answer/i,
    text: 'A language model writes its answer one token at a time, and an event stream is how most of them send it: a POST request with the prompt, a response that grows. This answer does the same. Its tokens have ids too, so when you break the connection now, the text goes on where it stopped. When you press Stop, the request is aborted and the server stops writing.',
  },
]

const OVERVIEW =
  'Server-sent events are a response that does not end. The browser asks once, the server answers with the content type text/event-stream, and from then on it writes an event whenever there is one.'

const LONGEST_TOKEN = 6

/** The answer in pieces of a few characters, the same for the same prompt, so that a broken stream can be resumed. */
export function writeAnswer(prompt: string): readonly string[] {
  const fitting = PASSAGES.filter(({ about }) => about.test(prompt))
  const passages = fitting.length ? fitting : PASSAGES.slice(0, 2)
  const text = [
    `You asked: “${prompt}”`,
    OVERVIEW,
    ...passages.map((passage) => passage.text),
    'This was written by a small program in the playground’s server. The stream that brought it is real.',
  ].join('\n\n')
  return text.match(new RegExp(`\\s*\\S{1,${LONGEST_TOKEN}}`, 'gu')) ?? []
}
