/** One thing that a person broke, watched from then on until what was to be seen has been seen. */
import { effect } from 'tidewire'
import { client, onFact } from '../connection/client.js'
import { pulseTally } from '../connection/pulse.js'
import { onHappening } from '../log/happenings.js'
import { type Course, describe, uneventful } from './course.js'
import type { FaultCard } from './faults.js'

export interface Trial {
  readonly fault: FaultCard
  /** A fault that stays until it is undone: it was. */
  undo(fault: FaultCard): void
  stop(): void
}

/** After the end it is watched a little longer, for what comes late. Milliseconds. */
const SETTLES = 1000
/** What has not happened by then is not waited for. */
const LONGEST = 60_000

/** Every fact since the page was loaded; trials come and go. */
const replacements = new Set<() => void>()
onFact(({ type }) => {
  if (type === 'replaced') for (const told of replacements) told()
})

/** `told` gets the words of the moment; `isOver` once they are the last. */
export function startTrial(
  fault: FaultCard,
  told: (words: string, isOver: boolean) => void,
): Trial {
  const began = Date.now()
  const first = pulseTally()
  let course: Course = uneventful
  let hasLeft = false
  let isOver = false

  const learn = (fact: Partial<Course>) => {
    course = { ...course, ...fact, ...sinceThen() }
    if (!isOver && fault.isOver(course)) end(SETTLES)
    told(describe(course), false)
  }

  function sinceThen(): Partial<Course> {
    const now = pulseTally()
    return {
      received: now.received - first.received,
      lost: now.lost - first.lost,
      doubled: now.doubled - first.doubled,
      told: now.told - first.told,
    }
  }

  function end(after: number) {
    isOver = true
    const timer = setTimeout(() => {
      learn({})
      stop()
      told(describe(course), true)
    }, after)
    stops.push(() => clearTimeout(timer))
  }

  let lastError = client.error.peek()
  const replaced = () => learn({ replaced: Date.now() - began })
  replacements.add(replaced)
  const stops = [
    () => replacements.delete(replaced),
    effect(() => {
      const { status } = client.state.value
      const error = client.error.value
      if (error && error !== lastError) {
        const code = error.status ? `${error.code} ${error.status}` : error.code
        learn({ failures: [...course.failures, code] })
      }
      lastError = error
      if (status === 'closed') learn({ closed: true })
      if (status !== 'open') hasLeft = true
      else if (hasLeft && course.reopened === undefined) learn({ reopened: Date.now() - began })
    }),
    onHappening(({ fact, detail }) => {
      if (fact === 'refresh') learn({ refreshed: true })
      if (fact === 'denied') learn({ denied: course.denied + 1 })
      if (fact === 'gap') learn({ gaps: course.gaps + 1, reason: detail })
    }),
  ]
  const limit = fault.undo ? undefined : setTimeout(() => end(0), LONGEST)

  function stop() {
    clearTimeout(limit)
    for (const stop of stops) stop()
    stops.length = 0
  }

  return {
    fault,
    undo(other) {
      if (other === fault) learn({ undone: true })
    },
    stop,
  }
}
