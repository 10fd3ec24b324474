/** The page's own elements, as the document makes them. */
import type { GapNote } from './gap-note.js'
import type { LiveChart } from './live-chart.js'
import type { ScrollEnd } from './scroll-end.js'
import type { SparkLine } from './spark-line.js'
import type { StatusBadge } from './status-badge.js'

declare global {
  interface HTMLElementTagNameMap {
    'status-badge': StatusBadge
    'spark-line': SparkLine
    'live-chart': LiveChart
    'gap-note': GapNote
    'scroll-end': ScrollEnd
  }
}
