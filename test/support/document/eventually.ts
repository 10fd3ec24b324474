/** Waits until a check holds, for as long as a busy machine may need. */
import { vi } from 'vitest'

const PATIENCE = 15_000

export const eventually = <T>(check: () => T): Promise<T> => vi.waitFor(check, PATIENCE)
