/** What a screen reader is told: the outcome of what a person did, and nothing of what only goes by. */
import { at, write } from './element.js'

export function announce(text: string): void {
  write(at('announcer'), text)
}
