/** `useLast`: what is cleared once all is well again, kept on show. */
import { useState } from 'react'

/** The last value that was one. */
export function useLast<T>(value: T | undefined): T | undefined {
  const [last, setLast] = useState(value)
  if (value !== undefined && value !== last) setLast(value)
  return value ?? last
}
