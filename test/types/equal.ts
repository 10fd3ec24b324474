/** What the compiler is asked to agree with. These programs are compiled, never run. */
export type Equal<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

export const is = <_T extends true>(): void => {}
