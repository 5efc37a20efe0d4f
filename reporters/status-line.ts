/**
 * One line that stays at the bottom of a terminal while other output scrolls above it: each write to stdout or
 * stderr erases it first and draws it again after.
 */
export class StatusLine {
  private text = ''
  private readonly restore: (() => void)[] = []
  private readonly terminal: NodeJS.WriteStream

  constructor(terminal: NodeJS.WriteStream = process.stdout) {
    this.terminal = terminal
    for (const stream of new Set([terminal, process.stderr])) this.patch(stream)
  }

  set(text: string): void {
    this.text = text
    this.raw(`\r\u001B[2K${this.fitted()}`)
  }

  /** Erases the line and gives the streams back. */
  close(): void {
    this.raw('\r\u001B[2K')
    for (const restore of this.restore) restore()
    this.text = ''
  }

  private raw: (text: string) => void = () => {}

  private fitted(): string {
    return this.text.slice(0, Math.max(10, (this.terminal.columns || 80) - 1))
  }

  private patch(stream: NodeJS.WriteStream): void {
    const original = stream.write.bind(stream)
    if (stream === this.terminal) this.raw = (text) => void original(text)
    stream.write = (chunk: string | Uint8Array, ...rest: never[]) => {
      this.raw('\r\u001B[2K')
      const result = original(chunk, ...rest)
      const endsLine = chunk.at(-1) === '\n' || chunk.at(-1) === 10
      if (endsLine) this.raw(this.fitted())
      return result
    }
    this.restore.push(() => {
      stream.write = original
    })
  }
}
