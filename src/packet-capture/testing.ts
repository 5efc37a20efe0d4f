/** Pieces of captures for tests. */
export interface FakeSegment {
  /** Seconds since the capture began. */
  readonly at: number
  readonly from: number
  readonly to: number
  readonly sequence: number
  readonly opens?: boolean
  readonly text?: string
}

/** A pcap file of TCP segments over IPv4 on 127.0.0.1, in Ethernet frames. */
export function fakePcap(
  segments: readonly FakeSegment[],
  form: { readonly epochSeconds?: number; readonly nanoseconds?: boolean; readonly bigEndian?: boolean } = {},
): Buffer {
  const { epochSeconds = 1_700_000_000, nanoseconds = true, bigEndian = false } = form
  const words = (...values: number[]) => {
    const bytes = Buffer.alloc(values.length * 4)
    for (const [index, value] of values.entries()) {
      if (bigEndian) bytes.writeUInt32BE(value, index * 4)
      else bytes.writeUInt32LE(value, index * 4)
    }
    return bytes
  }
  const parts = [words(nanoseconds ? 0xa1_b2_3c_4d : 0xa1_b2_c3_d4, 0, 0, 0, 262_144, 1)]
  for (const segment of segments) {
    const frame = ethernetFrame(segment)
    const second = Math.floor(segment.at)
    const part = Math.round((segment.at - second) * (nanoseconds ? 1e9 : 1e6))
    parts.push(words(epochSeconds + second, part, frame.length, frame.length), frame)
  }
  return Buffer.concat(parts)
}

function ethernetFrame({ from, to, sequence, opens = false, text = '' }: FakeSegment): Buffer<ArrayBuffer> {
  const payload = Buffer.from(text, 'latin1')
  const head = Buffer.alloc(14 + 20 + 20)
  head.writeUInt16BE(0x08_00, 12)
  head[14] = 0x45
  head.writeUInt16BE(40 + payload.length, 16)
  head[14 + 9] = 6
  Buffer.from([127, 0, 0, 1, 127, 0, 0, 1]).copy(head, 14 + 12)
  head.writeUInt16BE(from, 34)
  head.writeUInt16BE(to, 36)
  head.writeUInt32BE(sequence, 38)
  head[46] = 0x50
  head[47] = opens ? 0x02 : 0x18
  // Ethernet pads short frames: the padding is not payload.
  return Buffer.concat([head, payload, Buffer.alloc(6)])
}
