/** Elements in one call, for what no framework draws. */

type Properties<K extends keyof HTMLElementTagNameMap> = Partial<
  Omit<HTMLElementTagNameMap[K], 'style' | 'dataset'>
> & { readonly data?: Readonly<Record<string, string>> }

/** An element with these properties, `data-…` attributes and children. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  { data = {}, ...properties }: Properties<K> = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag)
  Object.assign(made, properties)
  Object.assign(made.dataset, data)
  made.append(...children)
  return made
}

/** The element of the page with this id. */
export function at<E extends HTMLElement = HTMLElement>(id: string): E {
  const found = document.getElementById(id)
  if (!found) throw new Error(`The page has no element "${id}".`)
  return found as E
}

/** Writes text only where it differs, so that the browser has nothing to do where nothing changed. */
export function write(target: Element, text: string): void {
  if (target.textContent !== text) target.textContent = text
}
