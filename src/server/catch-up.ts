/**
 * What a session has missed, read from the log as its reader wants it, and joined to live events without loss or duplicate.
 *
 * Channels that begin together are one group: first the log vouches for the ids they begin at, then those that begin at their last
 * `n` messages are counted back, then the log is read once for all of them up to the journal's head. There, in the same tick, they go
 * live: whatever is published afterwards is pushed, and nothing before it is.
 *
 * Over 250 lines because the steps of a group read and change the same few variables, which files of their own would hand around.
 */
import { compareIds, type GapReason, isAfter } from '../hub-protocol.js'
import { isPromise } from './authorize.js'
import { createFrame, type Frame } from './frame.js'
import type { Journal } from './journal.js'
import type { LogPage } from './log.js'
import { isFor, type Member } from './member.js'

export interface CatchUp {
  /** `done`: they are live. `cursor`: the connection's, to be vouched for even if no member begins there. */
  add(members: readonly Member[], done: (members: readonly Member[]) => void, cursor?: string): void
  /** Live members that could not be fed any longer go back to the log, first of all. */
  fallBehind(members: readonly Member[], position: string): void
  drop(member: Member): void
  /** There is room again. */
  advance(): void
  /** Members that the connection's cursor covers have not caught up: live events must not move it. */
  holding(): boolean
  clear(): void
}

/** The session, as the one who catches up sees it. */
export interface CatchUpReader {
  full(): boolean
  /** `held`: it must not move the cursor. */
  replay(frame: Frame, held: boolean): void
  /** `moved`: the cursor itself is of no use any more, `after` takes its place. */
  gap(channels: readonly string[], why: GapReason, after: string, moved: boolean): void
  failed(error: unknown): void
}

interface Start {
  readonly member: Member
  /** Exclusive; '' is the log's start. */
  from: string
}

interface Group {
  readonly starts: Map<string, Start>
  readonly cursor: string | undefined
  covers: boolean
  /** Ids for which the log has not vouched yet. */
  readonly checks: string[]
  /** Members that begin at their last messages, by name: how many, and the ids seen so far. */
  readonly counts: Map<string, { readonly last: number; readonly ids: string[] }>
  readonly done: (members: readonly Member[]) => void
  position: string
  step: 'check' | 'count' | 'read'
}

/** Entries of the log read at once. */
const PAGE = 64

/** `awaiting`: the group of the connection's cursor is still to be added. */
export function createCatchUp(journal: Journal, reader: CatchUpReader, awaiting: boolean): CatchUp {
  let groups: Group[] = []
  let reading = false

  const advance = () => attempt(proceed)

  /** What is thrown, by the log or for what it gave, ends the session, and all that was to be read with it. */
  function attempt(run: () => void) {
    try {
      run()
    } catch (error) {
      if (groups.length > 0) reader.failed(error)
    }
  }

  function proceed() {
    for (let group = groups[0]; group && !reading; group = groups[0]) {
      prepare(group)
      if (group.step === 'read') {
        if (group.starts.size === 0 || reached(group.position)) {
          finish(group)
          continue
        }
        if (reader.full()) return
      }
      const [check] = group.checks
      const page = check === undefined ? journal.read(group.position, PAGE) : journal.read(check, 1)
      if (isPromise(page)) wait(group, page)
      else take(group, page)
    }
  }

  function wait(group: Group, page: PromiseLike<LogPage>) {
    reading = true
    const goOn = (run: () => void) => {
      reading = false
      attempt(run)
    }
    page.then(
      (page) =>
        goOn(() => {
          // It may have been left, or another may have come first.
          if (group === groups[0]) take(group, page)
          proceed()
        }),
      (error: unknown) =>
        goOn(() => {
          throw error
        }),
    )
  }

  const reached = (position: string) => (compareIds(position, journal.head) ?? -1) >= 0

  /** On to the next step where the one before is done. */
  function prepare(group: Group) {
    if (group.step === 'check' && group.checks.length === 0) {
      group.step = 'count'
      group.position = ''
    }
    if (group.step === 'count' && (group.counts.size === 0 || reached(group.position))) {
      // One more than asked for is the id after which they begin.
      for (const [name, { last, ids }] of group.counts) {
        const start = group.starts.get(name)
        if (start && ids.length > last) start.from = ids[0] as string
      }
      group.step = 'read'
      const froms = [...group.starts.values()].map(({ from }) => from)
      const least = (a: string, b: string) => (a !== '' && isAfter(a, b) ? b : a)
      group.position = froms.length > 0 ? froms.reduce(least) : ''
    }
  }

  function finish(group: Group) {
    groups.shift()
    const members = [...group.starts.values()].map(({ member }) => member)
    for (const member of members) member.live = true
    group.done(members)
  }

  function take(group: Group, page: LogPage) {
    if (group.step === 'check') vouched(group, group.checks.shift() as string, page)
    else if (group.step === 'count') count(group, page)
    else replay(group, page)
  }

  /** What the log says of an id that channels begin at. */
  function vouched(group: Group, id: string, { gap, after }: LogPage) {
    if (!gap) return
    const affected = [...group.starts.values()].filter(({ from }) => from === id)
    for (const start of affected) start.from = after
    tell(gap, affected, id, after, id === group.cursor && gap !== 'trimmed')
  }

  function tell(
    why: GapReason,
    starts: readonly Start[],
    id: string,
    after: string,
    moved: boolean,
  ) {
    const names = starts.map(({ member }) => member.name)
    const lost = why === 'trimmed' ? names.filter((name) => !journal.vouches(name, id)) : names
    if (lost.length > 0 || moved) reader.gap(lost, why, after, moved)
  }

  function count(group: Group, { entries, after }: LogPage) {
    for (const entry of entries) {
      const counted = group.counts.get(entry.channel)
      const start = counted && group.starts.get(entry.channel)
      if (!start || !isFor(entry, start.member.receiver.identity)) continue
      counted.ids.push(entry.id)
      if (counted.ids.length > counted.last + 1) counted.ids.shift()
    }
    group.position = entries.at(-1)?.id ?? (reached(after) ? after : journal.head)
  }

  function replay(group: Group, { entries, gap, after }: LogPage) {
    if (gap && group.position !== '') {
      // It was trimmed while a slow reader was on its way.
      tell(
        gap,
        [...group.starts.values()],
        group.position,
        after,
        group.covers && gap !== 'trimmed',
      )
      group.position = after
    }
    for (const entry of entries) {
      // The rest is published in a moment, to everybody who is live.
      if (isAfter(entry.id, journal.head)) break
      group.position = entry.id
      const start = group.starts.get(entry.channel)
      if (!start || !isAfter(entry.id, start.from)) continue
      if (!isFor(entry, start.member.receiver.identity)) continue
      reader.replay(createFrame(entry, entry.id), awaiting)
      if (reader.full() || group !== groups[0]) return
    }
    const last = entries.at(-1)
    if (!last || isAfter(last.id, journal.head)) group.position = journal.head
  }

  function begin(members: readonly Member[], done: Group['done'], cursor?: string): Group {
    const starts = new Map<string, Start>()
    const counts: Group['counts'] = new Map()
    const checks = new Set(cursor === undefined ? [] : [cursor])
    for (const member of members) {
      const { since } = member
      const start: Start = { member, from: '' }
      starts.set(member.name, start)
      if (typeof since === 'object') counts.set(member.name, { last: since.last, ids: [] })
      else if (since !== 'earliest') {
        start.from = since
        checks.add(since)
      }
    }
    const covers = members.some(({ covered }) => covered)
    return {
      starts,
      cursor,
      covers,
      checks: [...checks],
      counts,
      done,
      position: '',
      step: 'check',
    }
  }

  return {
    add(members, done, cursor) {
      if (cursor !== undefined) awaiting = false
      groups.push(begin(members, done, cursor))
      advance()
    },
    fallBehind(members, position) {
      const starts = members.map((member) => [member.name, { member, from: position }] as const)
      for (const member of members) member.live = false
      groups.unshift({
        ...begin([], () => {}),
        starts: new Map(starts),
        covers: true,
        position,
        step: 'read',
      })
      queueMicrotask(advance)
    },
    drop(member) {
      for (const { starts, counts } of groups) {
        const start = starts.get(member.name)
        if (start?.member !== member) continue
        starts.delete(member.name)
        counts.delete(member.name)
      }
    },
    advance,
    holding: () => awaiting || groups[0]?.covers === true,
    clear() {
      groups = []
    },
  }
}
