/** A water level that looks like one. */

/** In metres, between 0.8 and 4: two tides of different length and a little chop. `at` in seconds. */
export function level(at: number): number {
  return 2.4 + 1.1 * Math.sin(at / 9) + 0.4 * Math.sin(at / 3.7) + 0.1 * (Math.random() - 0.5)
}
