/** UTF-8 in pieces to text; invalid bytes become U+FFFD. A BOM is a character like another. */

export interface Decoder {
  decode(bytes: Uint8Array): string
  /** Whether each character of the last text is the byte in its place, and that byte ASCII or invalid. */
  isASCII(): boolean
}

/**
 * A decoder with `stream: true` is the slower one, up to seven times where a runtime has not tuned it. A plain one does as well
 * for bytes that begin and end between two characters, which the bytes of a stream nearly always do while they are ASCII.
 */
export function createDecoder(): Decoder {
  const plain = new TextDecoder('utf-8', { ignoreBOM: true })
  const streaming = new TextDecoder('utf-8', { ignoreBOM: true })
  /** `streaming` may hold the beginning of a character. While it does not, the two may take turns. */
  let holds = false
  let isASCII = true
  return {
    decode(bytes) {
      const held = holds
      holds = !(bytes[bytes.length - 1]! < 0x80)
      const text =
        isASCII && !held && !holds ? plain.decode(bytes) : streaming.decode(bytes, { stream: true })
      // What was held makes a text longer, as other characters make it shorter: then the lengths may agree by chance.
      isASCII = !held && text.length === bytes.length
      return text
    },
    isASCII: () => isASCII,
  }
}
