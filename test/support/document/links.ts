/** The links between documents: each leads to a file that is there, and to a chapter that it has. */
import { posix } from 'node:path'

/** Links that lead nowhere, a line each. `documents` are texts by path; `exists` knows other files and folders of the project. */
export function brokenLinks(
  documents: Readonly<Record<string, string>>,
  exists: (path: string) => boolean,
): string[] {
  const anchors = new Map(
    Object.entries(documents).map(([path, text]) => [path, new Set(anchorsOf(text))]),
  )
  return Object.entries(documents).flatMap(([from, text]) =>
    linksOf(text)
      .filter((link) => !/^(https?|mailto):/.test(link))
      .flatMap((link) => {
        const [file = '', anchor] = link.split('#')
        const path = file ? posix.join(posix.dirname(from), decodeURI(file)) : from
        if (!(path in documents) && !exists(path)) return [`${from}: ${link} leads to no file`]
        if (anchor === undefined || anchors.get(path)?.has(anchor)) return []
        return [`${from}: ${link} leads to no chapter`]
      }),
  )
}

/** What a text links to, code aside. */
export function linksOf(text: string): string[] {
  return Array.from(
    prose(text).matchAll(/\]\(<?([^)\s>]+)>?(?: "[^"]*")?\)/g),
    ([, link = '']) => link,
  )
}

/** As the renderers of repositories name chapters. */
function anchorsOf(text: string): string[] {
  const seen = new Map<string, number>()
  return Array.from(prose(text, false).matchAll(/^#+ (.*)$/gm), ([, title = '']) => {
    const plain = title.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    const name = plain
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-')
    const times = seen.get(name) ?? 0
    seen.set(name, times + 1)
    return times ? `${name}-${times}` : name
  })
}

function prose(text: string, withoutSpans = true): string {
  const flat = text.replace(/^(```+|~~~+).*?^\1$/gms, '')
  return withoutSpans ? flat.replace(/`[^`\n]*`/g, '') : flat
}
