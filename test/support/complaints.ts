/** The console, which stays silent in a test that does not take what was written to it. */
import { afterEach, beforeEach, expect, vi } from 'vitest'

/** Gives a function that takes what was written as errors, which is then allowed. */
export function watchComplaints(): () => unknown[] {
  const complaints = vi.spyOn(console, 'error')
  beforeEach(() => {
    complaints.mockReset().mockImplementation(() => {})
  })
  afterEach(() => {
    expect(complaints.mock.calls.flat()).toEqual([])
  })
  return () => {
    const said = complaints.mock.calls.flat()
    complaints.mockClear()
    return said
  }
}
