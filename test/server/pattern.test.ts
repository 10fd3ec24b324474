import { describe, expect, test } from 'vitest'
import { channelName } from '../../src/contract.js'
import { createPatterns } from '../../src/server/pattern.js'

function declared(...patterns: string[]) {
  const all = createPatterns<string>()
  for (const pattern of patterns) all.declare(pattern, pattern)
  return (name: string) => {
    const match = all.find(name)
    return match && [match.rule, match.params]
  }
}

describe('a name finds', () => {
  test('its plain declaration before any pattern', () => {
    const find = declared('chat/:room', 'chat/lobby')
    expect(find('chat/lobby')).toEqual(['chat/lobby', {}])
    expect(find('chat/red')).toEqual(['chat/:room', { room: 'red' }])
  })

  test('the pattern that is more particular from the left, whatever was declared first', () => {
    const find = declared('*all', ':a/:b', ':a/x', 'n/:b', 'n/*rest')
    expect(find('n/x')).toEqual(['n/:b', { b: 'x' }])
    expect(find('m/x')).toEqual([':a/x', { a: 'm' }])
    expect(find('m/y')).toEqual([':a/:b', { a: 'm', b: 'y' }])
    expect(find('n/y/z')).toEqual(['n/*rest', { rest: 'y/z' }])
    expect(find('m')).toEqual(['*all', { all: 'm' }])
  })

  test('nothing where a segment is missing or left over', () => {
    const find = declared('users/:id', 'files/:user/*path')
    for (const name of ['users', 'users/1/2', 'files/ann', 'users/', '/users/1'])
      expect(find(name)).toBeUndefined()
  })

  test('what it says literally: patterns are no regular expressions', () => {
    const find = declared('a.b/:id', 'c+/(x)')
    expect(find('a.b/1')).toBeDefined()
    expect(find('axb/1')).toBeUndefined()
    expect(find('c+/(x)')).toBeDefined()
    expect(find('cc/x')).toBeUndefined()
  })
})

describe('a pattern is refused', () => {
  test.each([
    ['', /segment is empty/],
    ['a//b', /segment is empty/],
    ['a/../b', /"\.\."/],
    ['a\n', /control character/],
    ['users/:', /needs a name/],
    ['users/:1', /needs a name/],
    ['files/*', /needs a name/],
    ['files/*path/more', /comes last/],
    [':id/:id', /occurs twice/],
  ])('%j', (pattern, message) => {
    const patterns = createPatterns<number>()
    expect(() => patterns.declare(pattern, 1)).toThrow(message)
    expect(() => patterns.declare(pattern, 1)).toThrow(TypeError)
  })

  test('that was declared, also with other names for its parameters', () => {
    const patterns = createPatterns<number>()
    patterns.declare('users/:id', 1)
    patterns.declare('news', 1)
    expect(() => patterns.declare('users/:id', 2)).toThrow(/it is declared already/)
    expect(() => patterns.declare('users/:name', 2)).toThrow(
      /'users\/:id', which fits the same names/,
    )
    expect(() => patterns.declare('news', 2)).toThrow(/declared already/)
    expect(() => patterns.declare('users/*rest', 2)).not.toThrow()
  })
})

describe('channelName', () => {
  test('fills a pattern', () => {
    expect(channelName('teams/:team/updates', { team: 'red' })).toBe('teams/red/updates')
    expect(channelName('users/:id', { id: 7 })).toBe('users/7')
    expect(channelName('files/:user/*path', { user: 'ann', path: 'a/b.txt' })).toBe(
      'files/ann/a/b.txt',
    )
    expect(channelName('news', {})).toBe('news')
  })

  test.each(['', 'a/b', 'a\nb', '..', ':id', '\u0000', undefined])('refuses the value %j', (id) => {
    expect(() => channelName('users/:id', { id: id as string })).toThrow(TypeError)
  })

  test('fits the pattern it came from', () => {
    const find = declared('users/:id/*rest')
    const name = channelName('users/:id/*rest', { id: 'Ünï 7', rest: 'a/b' })
    expect(find(name)).toEqual(['users/:id/*rest', { id: 'Ünï 7', rest: 'a/b' }])
  })
})
