/** The type of a response, whatever surrounds it in its header. */

const TYPE = /^[\t ]*([\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+)[\t ]*(;|$)/

/**
 * The essence ('text/html') of a Content-Type header, by "extract a MIME type" of the Fetch standard: of several values, which
 * `Headers` joins by commas, the last valid one; '' where there is none.
 */
export function essenceOf(contentType: string): string {
  let essence = ''
  // A comma within quotes belongs to a parameter.
  for (const value of contentType.replace(/"([^"\\]|\\.)*"?/g, '"').split(',')) {
    const type = TYPE.exec(value)?.[1]
    if (type && type !== '*/*') essence = type.toLowerCase()
  }
  return essence
}
