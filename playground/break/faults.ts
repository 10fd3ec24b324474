/** What a person can break: what it is called, what to expect of it, and when it is over. */
import type { Fault } from '../contract.js'
import type { Course } from './course.js'

export type FaultId = Fault | 'offline' | 'slow'

export interface FaultCard {
  readonly id: FaultId
  readonly name: string
  /** One sentence, before it is pressed. */
  readonly expect: string
  /** It stays until pressed again; what the button says then. */
  readonly undo?: string
  /** What is to be seen has been seen. */
  isOver(course: Course): boolean
}

const isBack = ({ reopened }: Course) => reopened !== undefined

const isOverWhenBack = { isOver: isBack }

export const groups: readonly { readonly name: string; readonly faults: readonly FaultCard[] }[] = [
  {
    name: 'The network',
    faults: [
      {
        id: 'drop',
        name: 'Drop',
        expect:
          'The socket is destroyed. The client waits about a second, comes back with its cursor and gets what it missed.',
        ...isOverWhenBack,
      },
      {
        id: 'cut',
        name: 'Cut mid-event',
        expect:
          'The stream ends in the middle of an event. Half an event counts for nothing: it is sent again, whole and once.',
        ...isOverWhenBack,
      },
      {
        id: 'stall',
        name: 'Go silent',
        expect:
          'The socket stays open and nothing comes. After 2.5 heartbeats, 5 seconds, a second stream takes over; the state stays open.',
        isOver: (course) => course.replaced !== undefined || isBack(course),
      },
      {
        id: 'slow',
        name: 'Slow network',
        undo: 'Full speed',
        expect:
          'Everything comes late and in small pieces, 4 KB a second, until you press Full speed. A trickle is no silence: nothing reconnects, nothing is lost.',
        isOver: ({ undone }) => undone,
      },
      {
        id: 'offline',
        name: 'Offline',
        undo: 'Back online',
        expect:
          'The network is gone and the browser says so. The wait gets longer, and ends in the moment when the network is back.',
        ...isOverWhenBack,
      },
    ],
  },
  {
    name: 'The server',
    faults: [
      {
        id: 'restart',
        name: 'Restart the hub',
        expect:
          'A new hub with an empty log. It cannot say what was missed, so each channel is told of a gap and the chat loads its history again.',
        ...isOverWhenBack,
      },
      {
        id: 'drain',
        name: 'Drain',
        expect:
          'The hub announces that it goes and sends everybody away within 3 seconds. Its successor has the same log: no error, no gap.',
        ...isOverWhenBack,
      },
      {
        id: 'busy',
        name: '503',
        expect:
          'The next two attempts get 503 with Retry-After: 2. The client waits at least that long before it tries again.',
        ...isOverWhenBack,
      },
      {
        id: 'portal',
        name: 'Login page',
        expect:
          'The next attempt gets the login page of some WiFi in place of the stream. That may happen once, so the client tries again.',
        ...isOverWhenBack,
      },
      {
        id: 'finish',
        name: '204',
        expect:
          'The next attempt gets 204, the server’s way to say that this was all. The connection closes, and stays so until you press Connect.',
        isOver: ({ closed }) => closed,
      },
    ],
  },
  {
    name: 'Access and memory',
    faults: [
      {
        id: 'expire',
        name: 'Expire the token',
        expect:
          'The next attempt gets 401. The page fetches one new token for everybody, and the attempt after that carries it.',
        ...isOverWhenBack,
      },
      {
        id: 'revoke',
        name: 'Take the role',
        expect:
          'You become a guest. Channels for crew and captain are denied at once; every other channel goes on.',
        isOver: ({ denied }) => denied > 0,
      },
      {
        id: 'forget',
        name: 'Forget history',
        expect:
          'You are dropped, something is said meanwhile, and the log forgets it. You are told of a gap, and the chat loads its history again.',
        ...isOverWhenBack,
      },
    ],
  },
]

export const cards = groups.flatMap(({ faults }) => faults)
