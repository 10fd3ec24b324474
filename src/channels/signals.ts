/** The one door to signals. They are re-exported to users, since two copies of the library do not see each other. */
export {
  batch,
  computed,
  effect,
  type ReadonlySignal,
  type Signal,
  signal,
} from '@preact/signals-core'
