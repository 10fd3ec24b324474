/** Tests that need a Chromium. Without one they are skipped, and say so; with CI=true the configuration refuses to start. */
import { describe, inject } from 'vitest'

declare module 'vitest' {
  interface ProvidedContext {
    /** Path of a Chromium; '' where there is none. */
    chromium: string
  }
}

export const executablePath = inject('chromium')

/** `describe`, skipped where there is no Chromium. */
export const describeInChromium = describe.skipIf(!executablePath)

if (!executablePath)
  console.warn(
    '\n!! No Chromium: the page of the playground is NOT tested. Install one, or set CHROMIUM to its path.\n',
  )
