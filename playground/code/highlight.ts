/** Source text with its parts marked, as light as it gets: words and signs, no grammar. */

type Kind = 'comment' | 'string' | 'tag' | 'keyword' | 'call'

const KEYWORDS =
  'import|export|from|const|let|return|function|async|await|if|else|new|type|interface|extends|for|of|in|typeof|readonly|void|null|undefined|true|false|default|switch|case'

/** In this order; what matches first wins. */
const PARTS: readonly (readonly [Kind, string])[] = [
  ['comment', '\\/\\*[\\s\\S]*?\\*\\/|\\/\\/[^\\n]*|<!--[\\s\\S]*?-->'],
  ['string', '\'[^\'\\n]*\'|"[^"\\n]*"|`[^`]*`'],
  ['tag', '<\\/?[A-Za-z][\\w-]*|\\/?>(?=\\s*$)'],
  ['keyword', `\\b(?:${KEYWORDS})\\b`],
  ['call', '\\b[A-Za-z_$][\\w$]*(?=\\()'],
]

const PATTERN = new RegExp(PARTS.map(([, pattern]) => `(${pattern})`).join('|'), 'gm')

/** The text in pieces; those of a kind are spans of that class. */
export function highlight(text: string): DocumentFragment {
  const fragment = document.createDocumentFragment()
  let end = 0
  for (const match of text.matchAll(PATTERN)) {
    const kind = PARTS[match.slice(1).findIndex((part) => part !== undefined)]?.[0]
    if (!kind) continue
    fragment.append(text.slice(end, match.index))
    const span = document.createElement('span')
    span.className = `code-${kind}`
    span.textContent = match[0]
    fragment.append(span)
    end = match.index + match[0].length
  }
  fragment.append(text.slice(end))
  return fragment
}
