/** A reading in words. */
import type { Reading } from '../../contract.js'
import { plural } from '../../page/words.js'

export function summary({ streams, channels, remembered }: Reading): string {
  return `${plural(streams, 'stream')} · ${plural(channels, 'channel')} · ${plural(remembered, 'event')} logged`
}
