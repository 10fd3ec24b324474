/** UTF-8 in pieces to text; invalid bytes become U+FFFD. A BOM is a character like another. */

/**
 * A decoder with `stream: true` is the slower one, up to seven times where a runtime has not tuned it. A plain one does as well
 * for bytes that begin and end between two characters, which the bytes of a stream nearly always do while they are ASCII.
 */
export function createDecoder(): (bytes: Uint8Array) => string {
  const plain = new TextDecoder('utf-8', { ignoreBOM: true })
  const streaming = new TextDecoder('utf-8', { ignoreBOM: true })
  // Then `streaming` holds no half character either, so the two may take turns.
  let wasASCII = true
  return (bytes) => {
    const endsInASCII = bytes[bytes.length - 1]! < 0x80
    const text =
      wasASCII && endsInASCII ? plain.decode(bytes) : streaming.decode(bytes, { stream: true })
    wasASCII = endsInASCII && text.length === bytes.length
    return text
  }
}
