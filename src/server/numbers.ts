/** Numbers among options: their defaults, and what cannot be meant. */

/** Each number, or its default. Throws `RangeError` for one that is none, or not above 0; `where` stands before its name. */
export function resolveNumbers<T extends Readonly<Record<string, number>>>(
  where: string,
  defaults: T,
  given: { readonly [K in keyof T]?: number | undefined },
): T {
  const resolved = Object.entries(defaults).map(([name, fallback]) => {
    const value: unknown = given[name] ?? fallback
    if (typeof value !== 'number' || !(value > 0))
      throw new RangeError(
        `${where}${name} is ${String(value)}. Pass a number above 0, or leave it out for ${fallback}.`,
      )
    return [name, value]
  })
  return Object.fromEntries(resolved) as T
}
