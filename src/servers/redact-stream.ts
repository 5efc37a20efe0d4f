const redacted = Buffer.from('[redacted]')

/** Takes a stream of bytes in pieces and gives it without the secrets, wherever the cuts between the pieces lie. */
export interface StreamRedactor {
  /** What can be passed on; what may be the beginning of a secret waits for the next piece. */
  push(piece: Uint8Array): Buffer
  end(): Buffer
}

export function createStreamRedactor(secrets: readonly string[]): StreamRedactor {
  const needles = secrets.filter(Boolean).map((secret) => Buffer.from(secret))
  needles.sort((a, b) => b.length - a.length)
  const firsts = new Set(needles.map((needle) => needle[0]))
  let held = Buffer.alloc(0)

  const pass = (bytes: Buffer, more: boolean): Buffer => {
    const out: Buffer[] = []
    let from = 0
    let at = 0
    while (at < bytes.length) {
      if (!firsts.has(bytes[at])) {
        at++
        continue
      }
      if (more && needles.some((needle) => mayBegin(needle, bytes, at))) break
      const found = needles.find((needle) => bytes.subarray(at, at + needle.length).equals(needle))
      if (found === undefined) {
        at++
        continue
      }
      out.push(bytes.subarray(from, at), redacted)
      at += found.length
      from = at
    }
    out.push(bytes.subarray(from, at))
    held = Buffer.from(bytes.subarray(at))
    return Buffer.concat(out)
  }
  return {
    push: (piece) => pass(Buffer.concat([held, piece]), true),
    end: () => pass(held, false),
  }
}

/** The bytes end, and so far are the needle's. */
function mayBegin(needle: Buffer, bytes: Buffer, at: number): boolean {
  const length = bytes.length - at
  return length < needle.length && needle.subarray(0, length).equals(bytes.subarray(at))
}
