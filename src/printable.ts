/** C0 but tab and line feed, DEL, C1, line and paragraph separators, and what turns the direction of writing. */
// oxlint-disable-next-line no-control-regex
const unsafe = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/g

/** A text from elsewhere as it may be shown: what would steer a terminal or a page becomes `\x1B` or `\u202E`. */
export function printable(text: string): string {
  return text.replace(unsafe, (character) => {
    const code = character.charCodeAt(0)
    const hex = code.toString(16).toUpperCase()
    return code < 256 ? `\\x${hex.padStart(2, '0')}` : `\\u${hex.padStart(4, '0')}`
  })
}

/** The same on one line, blanks run together. */
export function printableLine(text: string): string {
  return printable(text.replaceAll(/\s+/g, ' ').trim())
}
