/** Cuts text into events and parses each, as most clients do it. */
export class CompletionText {
  #rest = ''

  /** Returns how many tokens `text` brought to their end. Throws on what is no event of a completion. */
  tokens(text: string): number {
    const events = (this.#rest + text).split('\n\n')
    this.#rest = events.pop() ?? ''
    let tokens = 0
    for (const event of events) {
      if (event === 'data: [DONE]') continue
      const { choices } = JSON.parse(event.slice('data: '.length)) as { choices: readonly { readonly text: string }[] }
      if (choices[0]?.text !== '') tokens++
    }
    return tokens
  }
}
