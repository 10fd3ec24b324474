/** What stands in for the platform's own, until it is given back. */

/** Puts these in the place of `target`'s own. Returns what gives those back, in any order with others. */
export function replaceGlobals(
  values: Readonly<Record<string, PropertyDescriptor>>,
  target: object = globalThis,
): () => void {
  const own = Object.getOwnPropertyDescriptors(target) as Record<string, PropertyDescriptor>
  const before = Object.keys(values).map((name) => [name, own[name]] as const)
  for (const [name, descriptor] of Object.entries(values))
    Object.defineProperty(target, name, { configurable: true, ...descriptor })
  return () => {
    for (const [name, descriptor] of before)
      if (descriptor) Object.defineProperty(target, name, descriptor)
      else Reflect.deleteProperty(target, name)
  }
}
