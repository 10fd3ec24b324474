/** What the playground's page reckons from what it sees: tallies, the last minutes, the story of a fault, why it cannot act. */
import { describe, expect, test } from 'vitest'
import { type Course, describe as inWords, uneventful } from '../../playground/break/course.js'
import { cards, type FaultId } from '../../playground/break/faults.js'
import { type Circumstances, obstacle } from '../../playground/break/reach.js'
import { createHistory, SLOT, slotOf, WINDOW } from '../../playground/connection/history.js'
import { count, nothing } from '../../playground/connection/tally.js'
import { faults } from '../../playground/contract.js'
import { countPosition, noPositions } from '../../playground/demos/endpoint/positions.js'

describe('the tally', () => {
  const tally = (...numbers: number[]) => {
    const { received, lost, doubled, told } = numbers.reduce((sum, n) => count(sum, n), nothing)
    return { received, lost, doubled, told }
  }

  test.each([
    [[7, 8, 9], { received: 3, lost: 0, doubled: 0, told: 0 }],
    [[7, 10], { received: 2, lost: 2, doubled: 0, told: 0 }],
    [[7, 8, 7, 8, 9], { received: 5, lost: 0, doubled: 2, told: 0 }],
  ])('of %j is %o', (numbers, expected) => {
    expect(tally(...numbers)).toEqual(expected)
  })

  test('tells what was lost from what the hub has told of', () => {
    expect(count(count(nothing, 1), 5, true)).toMatchObject({ lost: 0, told: 3, last: 5 })
  })

  test('takes another run of a plain endpoint for a new count of positions', () => {
    const ids = ['a.7', 'a.8', 'b.1', 'b.2', 'b.4']
    const tally = ids.map((id) => ({ id })).reduce(countPosition, noPositions)
    expect(tally).toMatchObject({ received: 5, lost: 1, doubled: 0 })
  })
})

describe('the last minutes', () => {
  const NOW = 1_700_000_000_000

  test('are spans that follow each other, the last one without an end', () => {
    const history = createHistory()
    history.enter('connecting', NOW)
    history.enter('open', NOW + 10)
    history.enter('open', NOW + 20)
    history.enter('waiting', NOW + 30)
    expect(history.spans(NOW + 40)).toEqual([
      { sign: 'connecting', from: NOW, to: NOW + 10 },
      { sign: 'open', from: NOW + 10, to: NOW + 30 },
      { sign: 'waiting', from: NOW + 30 },
    ])
  })

  test('forget what has left the window, and never what lasts', () => {
    const history = createHistory()
    history.enter('connecting', NOW)
    history.enter('open', NOW + 10)
    history.mark('Drop', NOW)
    expect(history.marks(NOW + WINDOW - 1)).toHaveLength(1)
    const later = NOW + 2 * WINDOW
    expect(history.spans(later)).toEqual([{ sign: 'open', from: NOW + 10 }])
    expect(history.marks(later)).toEqual([])
  })

  test('count events by the quarter of a second, and only those of the window', () => {
    const history = createHistory()
    history.count(2, NOW)
    history.count(3, NOW + 1)
    history.count(5, NOW + 2 * WINDOW)
    expect(history.eventsIn(slotOf(NOW + 2 * WINDOW))).toBe(5)
    expect(history.eventsIn(slotOf(NOW + WINDOW))).toBe(0)
  })

  test('have a rate: the events of the last whole second', () => {
    const history = createHistory()
    const start = slotOf(NOW) * SLOT
    for (let slot = 0; slot < 8; slot += 1) history.count(1, start + slot * SLOT)
    expect(history.rate(start + 8 * SLOT)).toBe(4)
    expect(history.rate(start + 30 * SLOT)).toBe(0)
  })
})

describe('the story of a fault', () => {
  const story = (course: Partial<Course>) => inWords({ ...uneventful, ...course })

  test.each<[Partial<Course>, string]>([
    [{ received: 3 }, 'Nothing broke. 3 beats since: 0 lost, 0 doubled.'],
    [
      { failures: ['network'], reopened: 900, received: 4 },
      'The stream broke, open again after 0.9 s. 4 beats since: 0 lost, 0 doubled.',
    ],
    [
      { failures: ['ended', 'status 503', 'status 503'], reopened: 4000, received: 1 },
      'The server ended the stream, refused with 503 twice, open again after 4.0 s. 1 beat since: 0 lost, 0 doubled.',
    ],
    [
      { replaced: 5000, received: 20 },
      'Another stream took over after 5.0 s. 20 beats since: 0 lost, 0 doubled.',
    ],
    [
      { gaps: 2, reason: 'trimmed', reopened: 100, told: 6 },
      'Open again after 0.1 s, 2 channels told of a gap (trimmed). 0 beats since: 0 lost, 0 doubled; 6 beats missed, and the hub said so.',
    ],
    [{ closed: true, lost: 1 }, 'Closed by the server. 0 beats since: 1 lost, 0 doubled.'],
  ])('%o reads well', (course, words) => {
    expect(story(course)).toBe(words)
  })
})

describe('a button of the drawer', () => {
  const calm: Circumstances = {
    state: { status: 'open', since: 0 },
    isOffline: false,
    role: 'crew',
    isCrewHeard: true,
    isBusy: false,
  }
  const why = (id: FaultId, circumstances: Partial<Circumstances>) =>
    obstacle(cards.find((card) => card.id === id)!, { ...calm, ...circumstances })

  test('is there for everything that the server can break', () => {
    expect(cards.map(({ id }) => id)).toEqual(expect.arrayContaining([...faults]))
  })

  test('acts where nothing is in its way', () => {
    for (const { id } of cards) expect(why(id, {})).toBeUndefined()
  })

  test.each<[FaultId, Partial<Circumstances>, RegExp]>([
    ['drop', { isOffline: true }, /You are offline/],
    ['drop', { state: { status: 'closed', reason: 'server' } }, /is closed\. Press Connect/],
    ['drop', { state: { status: 'paused', reasons: ['user'] } }, /is paused\. Press Connect/],
    ['drop', { state: { status: 'connecting', attempt: 1 } }, /no open stream right now/],
    ['drop', { isBusy: true }, /not over yet/],
    ['revoke', { role: 'guest' }, /You are a guest/],
    ['revoke', { isCrewHeard: false }, /Nobody here listens/],
  ])('says why "%s" cannot act with %o', (id, circumstances, words) => {
    expect(why(id, circumstances)).toMatch(words)
  })

  test.each<FaultId>(['offline', 'slow'])('gives the network back whatever is: %s', (id) => {
    expect(
      why(id, { isOffline: true, isBusy: true, state: { status: 'closed', reason: 'failed' } }),
    ).toBeUndefined()
  })
})
