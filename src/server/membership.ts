/**
 * The channels of one session: its wanted set, the rules asked for them, and what came of it.
 *
 * Over 250 lines because a member goes back and forth between its rule and its verdict, and every step looks at all of them.
 */
import type { WantedChannel, WireVerdict } from '../hub-protocol.js'
import { type Answer, ask, withinLimit } from './authorize.js'
import type { Journal } from './journal.js'
import { createMember, type Member } from './member.js'
import type { Patterns } from './pattern.js'
import type { Roster } from './roster.js'
import type { ChannelRule } from './rule.js'
import type { Session } from './session.js'
import type { TimerWheel } from './timer-wheel.js'

export interface MembershipParts {
  readonly patterns: Patterns<ChannelRule>
  readonly roster: Roster
  readonly journal: Journal
  readonly wheel: TimerWheel
  /** Channels of one connection. */
  readonly limit: number
  /** What a rule has to answer, in ms. */
  readonly authorizeTimeout: number
  readonly heartbeat: number
  readonly onError: (error: unknown) => void
}

export interface Wanted {
  readonly rev: number
  readonly channels: readonly WantedChannel[]
  /** What rules get. The newest is used whenever a rule is asked again, and let go when none will be: it may hold a request. */
  readonly context: unknown
  /** The cursor of a request that opens a stream. */
  readonly last?: string | undefined
  /** What the rule of the only channel has answered already. */
  readonly granted?: Answer | undefined
}

export interface Membership {
  /** The highest revision so far. */
  rev(): number
  /** Joined channels that have ids and get what is published. */
  fed(): Member[]
  /** Brings the channels to the wanted set; an older revision than the highest changes nothing. */
  want(wanted: Wanted): void
  /** Takes back what a rule granted, or is about to. */
  revoke(name: string): void
  /** Leaves everything. */
  close(): void
}

/** Verdicts wait for each other so long (ms), to be told in one block and caught up in one go. */
const PATIENCE = 50
/** Until a rule that took too long is asked again (ms); each time a half more, up to the last. */
const ASKED_AGAIN = { first: 5000, last: 60_000 }

export function createMembership(parts: MembershipParts, session: () => Session): Membership {
  const { patterns, roster, journal, wheel, onError } = parts
  const members = new Map<string, Member>()
  let rev = -1
  let context: unknown

  const isHere = (member: Member) => members.get(member.name) === member
  const isJoined = ({ verdict }: Member) => verdict === 'ok' || verdict === 'volatile'

  /** At the end of the session what still waits for answers is aborted. */
  function failed(error: unknown) {
    if (!session().isOver()) onError(error)
  }

  function tell(verdicts: Readonly<Record<string, WireVerdict>>) {
    const heartbeats = [...members.values()]
      .filter(isJoined)
      .map(({ match }) => match.rule.heartbeat)
    const shortest = Math.min(parts.heartbeat, ...heartbeats.map((ms) => ms ?? parts.heartbeat))
    session().tell(rev, verdicts, shortest)
  }

  function want(wanted: Wanted) {
    // Who hears of the opening may have ended it.
    if (wanted.rev <= rev || session().isOver()) return
    const opening = rev < 0
    session().tellNow()
    rev = wanted.rev
    context = wanted.context
    const names = new Map(wanted.channels.map((channel) => [channel.name, channel]))
    for (const member of members.values()) if (!names.has(member.name)) leave(member)

    const verdicts: [string, WireVerdict][] = []
    const fresh: Member[] = []
    for (const { name, since } of names.values()) {
      const known = members.get(name)
      // Who still names a beginning has not heard the verdict.
      if (known && since !== undefined && isSettled(known)) verdicts.push([name, known.verdict])
      if (known) continue
      const match = patterns.find(name)
      if (!match) verdicts.push([name, 'unknown'])
      else if (members.size >= parts.limit) verdicts.push([name, 'limit'])
      else {
        const begins = { since, last: wanted.last, now: journal.head }
        const member = createMember(name, match, session(), begins)
        members.set(name, member)
        fresh.push(member)
      }
    }
    // Without verdicts too, on an open stream: what comes behind this block is sent under this revision.
    if (verdicts.length > 0 || !opening) tell(Object.fromEntries(verdicts))
    authorize(fresh, wanted)
  }

  /** Its rule has not answered for good. */
  const mayAsk = ({ verdict, cancel }: Member) =>
    verdict === 'asking' || verdict === 'unavailable' || cancel !== undefined

  const isSettled = (member: Member): member is Member & { verdict: WireVerdict } =>
    member.verdict !== 'asking' && (!isJoined(member) || member.live)

  function authorize(asked: readonly Member[], { last: cursor, granted }: Wanted) {
    const answers = asked.map((member) => granted ?? askRule(member))
    if (!answers.some((answer) => answer instanceof Promise))
      return settle(asked, answers as Answer[], cursor)
    settleInTime(asked, answers, cursor).catch(failed)
  }

  /** Together what is answered soon, later what takes longer, so that no rule holds up the others for long. */
  async function settleInTime(
    asked: readonly Member[],
    answers: readonly (Answer | Promise<Answer>)[],
    cursor?: string,
  ) {
    const signal = session().signal()
    const patience = Math.min(PATIENCE, parts.authorizeTimeout)
    const soon = await withinLimit(answers, patience, signal)
    const isLate = (_: unknown, at: number) => soon[at] === undefined
    const late = asked.filter(isLate)
    const rest = answers.filter(isLate)
    const inTime = asked.filter((_, at) => soon[at])
    settle(inTime, soon.filter(Boolean), late.length > 0 ? undefined : cursor)
    if (late.length === 0) return
    settle(late, await withinLimit(rest, parts.authorizeTimeout - patience, signal), cursor)
    for (const [at, member] of late.entries())
      if (isHere(member) && member.verdict === 'unavailable')
        askAgain(member, rest[at] as Promise<Answer>)
  }

  function askRule({ match }: Member) {
    return ask(match.rule.authorize, context, match.params, onError)
  }

  /** Whichever call answers first has answered. */
  function askAgain(member: Member, asked: Answer | Promise<Answer>, after = ASKED_AGAIN.first) {
    const waits = () => isHere(member) && member.verdict === 'unavailable'
    Promise.resolve(asked).then((answer) => {
      if (!waits()) return
      member.cancel?.()
      settle([member], [answer])
    }, onError)
    member.cancel = wheel.add(after, () => {
      if (waits()) askAgain(member, askRule(member), Math.min(after * 1.5, ASKED_AGAIN.last))
    })
  }

  /** `cursor` is that of the request that opens the stream, whoever was let in. */
  function settle(
    asked: readonly Member[],
    answers: readonly (Answer | undefined)[],
    cursor?: string,
  ) {
    const joining: Member[] = []
    const verdicts: [string, WireVerdict][] = []
    for (const [at, member] of asked.entries()) {
      const answer = answers[at]
      // Revoked, its rule having been asked before.
      if (!isHere(member) || member.verdict === 'denied') continue
      if (answer?.ok) {
        join(member, answer)
        // Who hears of it may have revoked it, or ended it all.
        if (!isHere(member)) continue
        if (member.verdict === 'ok') joining.push(member)
      } else {
        member.verdict = answer ? 'denied' : 'unavailable'
        // The cursor goes on without it.
        member.covered = false
      }
      if (member.verdict !== 'ok') verdicts.push([member.name, member.verdict as WireVerdict])
    }
    if (![...members.values()].some(mayAsk)) context = undefined
    if (verdicts.length > 0) tell(Object.fromEntries(verdicts))
    if (joining.length > 0 || cursor !== undefined)
      session().catchUp.add(
        joining,
        (members) => {
          if (members.length > 0) tell(Object.fromEntries(members.map(({ name }) => [name, 'ok'])))
        },
        cursor,
      )
  }

  function join(member: Member, { expiresAt }: Answer) {
    const { replay } = member.match.rule
    member.verdict = replay ? 'ok' : 'volatile'
    member.live = !replay
    expire(member, expiresAt)
    roster.join(member)
  }

  function expire(member: Member, expiresAt: number) {
    member.cancel = undefined
    if (expiresAt === Number.POSITIVE_INFINITY) return
    member.cancel = wheel.add(expiresAt - Date.now(), () => confirm(member).catch(failed))
  }

  /** Asks again for what has expired; until the answer it stays. */
  async function confirm(member: Member) {
    const limit = parts.authorizeTimeout
    const [answer] = await withinLimit([askRule(member)], limit, session().signal())
    if (!isHere(member) || !isJoined(member)) return
    if (answer?.ok) expire(member, answer.expiresAt)
    else revoke(member.name)
  }

  function withdraw(member: Member) {
    member.cancel?.()
    member.cancel = undefined
    member.live = false
    session().catchUp.drop(member)
    roster.leave(member)
  }

  function leave(member: Member) {
    members.delete(member.name)
    withdraw(member)
  }

  function revoke(name: string) {
    const member = members.get(name)
    if (!member || member.verdict === 'denied') return
    const wasJoined = isJoined(member)
    withdraw(member)
    member.verdict = 'denied'
    member.covered = false
    if (wasJoined) session().revoked(name)
    else tell({ [name]: 'denied' })
  }

  return {
    rev: () => rev,
    fed: () => [...members.values()].filter(({ live, verdict }) => live && verdict === 'ok'),
    want,
    revoke,
    close() {
      for (const member of members.values()) leave(member)
    },
  }
}
