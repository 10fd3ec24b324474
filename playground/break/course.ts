/** The course of events since a person broke something: from single facts to a sentence. */
import { plural, seconds } from '../page/words.js'

export interface Course {
  /** Codes of the failures, in order: `network`, `status 503`. */
  readonly failures: readonly string[]
  /** A new token was asked for. */
  readonly refreshed: boolean
  /** Milliseconds until another stream took over while the state stayed open. */
  readonly replaced?: number
  /** Milliseconds until the connection, having left it, was open again. */
  readonly reopened?: number
  readonly closed: boolean
  /** The person took it back. */
  readonly undone: boolean
  /** Channels that were told of a gap, and why. */
  readonly gaps: number
  readonly reason?: string
  /** Channels that were refused. */
  readonly denied: number
  /** Beats since then. */
  readonly received: number
  readonly lost: number
  readonly doubled: number
  readonly told: number
}

export const uneventful: Course = {
  failures: [],
  refreshed: false,
  closed: false,
  undone: false,
  gaps: 0,
  denied: 0,
  received: 0,
  lost: 0,
  doubled: 0,
  told: 0,
}

const FAILURES: Readonly<Record<string, string>> = {
  network: 'the stream broke',
  ended: 'the server ended the stream',
  silence: 'the stream fell silent',
  timeout: 'no answer came in time',
  'content-type 200': 'a page came in place of the stream',
  'unauthorized 401': 'refused with 401',
}

/** What happened, in a few words. */
export function describe(course: Course): string {
  const { replaced, reopened, gaps, denied } = course
  const parts = [
    ...failuresOf(course),
    course.refreshed && 'a new token was fetched',
    replaced !== undefined && `another stream took over after ${seconds(replaced)}`,
    denied > 0 && `${plural(denied, 'channel')} denied, the others went on`,
    reopened !== undefined && `open again after ${seconds(reopened)}`,
    course.closed && 'closed by the server',
    gaps > 0 && `${plural(gaps, 'channel')} told of a gap (${course.reason})`,
  ].filter((part) => typeof part === 'string')
  const story = parts.join(', ')
  return `${story ? `${story.slice(0, 1).toUpperCase()}${story.slice(1)}.` : 'Nothing broke.'} ${proofOf(course)}`
}

/** Each kind once, with its number. */
function failuresOf({ failures }: Course): string[] {
  return [...new Set(failures)].map((code) => {
    const times = failures.filter((other) => other === code).length
    const words = FAILURES[code] ?? `refused with ${code.replace('status ', '')}`
    return times === 1 ? words : `${words} ${times === 2 ? 'twice' : `${times} times`}`
  })
}

function proofOf({ received, lost, doubled, told }: Course): string {
  const missed = told ? `; ${plural(told, 'beat')} missed, and the hub said so` : ''
  return `${plural(received, 'beat')} since: ${lost} lost, ${doubled} doubled${missed}.`
}
