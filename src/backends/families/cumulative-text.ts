/** Turns texts that each repeat all before them into what each adds. */
export class CumulativeText {
  #seen: string

  /** `start`: what the first text repeats already, e.g. the prompt. */
  constructor(start = '') {
    this.#seen = start
  }

  /**
   * What `text` adds. Where it changes what was there (a replacement character that became a letter), what follows the
   * common beginning.
   */
  next(text: string): string {
    const seen = this.#seen
    this.#seen = text
    if (text.startsWith(seen)) return text.slice(seen.length)
    let same = 0
    while (same < text.length && text[same] === seen[same]) same++
    return text.slice(same)
  }
}
