/** The same text in memory of its own: engines share the memory of a slice with what it was cut from, here a whole chunk. */
export function ownText(text: string): string {
  // Engines copy what is this short.
  return text.length < 13 ? text : (JSON.parse(JSON.stringify(text)) as string)
}
