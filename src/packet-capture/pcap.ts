import { UserError } from '../errors.ts'

/** A captured frame. `time`: Unix time in nanoseconds since `epochSeconds` of the file's first frame, exact in a double. */
export interface Frame {
  readonly time: number
  readonly bytes: Buffer
}

export interface Capture {
  /** Unix seconds (whole) that `Frame.time` counts from. */
  readonly epochSeconds: number
  /** LINKTYPE number: how each frame begins. */
  readonly linkType: number
  /** Nanoseconds between two ticks of the file's stamps: 1,000 or 1. */
  readonly resolution: number
  readonly frames: readonly Frame[]
}

const fileHeader = 24
const frameHeader = 16

/** Reads a classic pcap file of either byte order and either resolution. Throws UserError for anything else. */
export function readPcap(bytes: Buffer, name: string): Capture {
  const form = bytes.length >= fileHeader ? formOf(bytes.readUInt32LE(0)) : null
  if (form === null) {
    throw new UserError(`${name} is no pcap file; write one with tcpdump --time-stamp-precision=nano -i lo -w ${name}`)
  }
  const word = (at: number) => (form.little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at))
  const frames: Frame[] = []
  let epochSeconds: number | null = null
  let at = fileHeader
  while (at + frameHeader <= bytes.length) {
    const kept = word(at + 8)
    const whole = word(at + 12)
    if (kept < whole)
      throw new UserError(`${name} holds frames cut at ${kept} bytes; capture whole frames: tcpdump -s 0`)
    const start = at + frameHeader
    // The last frame of a capture that was ended hard may be missing its end.
    if (start + kept > bytes.length) break
    epochSeconds ??= word(at)
    const time = (word(at) - epochSeconds) * 1e9 + word(at + 4) * form.resolution
    frames.push({ time, bytes: bytes.subarray(start, start + kept) })
    at = start + kept
  }
  if (epochSeconds === null) throw new UserError(`${name} holds no frame`)
  return { epochSeconds, linkType: word(20) & 0xff_ff, resolution: form.resolution, frames }
}

function formOf(magic: number): { little: boolean; resolution: number } | null {
  if (magic === 0xa1_b2_c3_d4) return { little: true, resolution: 1000 }
  if (magic === 0xd4_c3_b2_a1) return { little: false, resolution: 1000 }
  if (magic === 0xa1_b2_3c_4d) return { little: true, resolution: 1 }
  if (magic === 0x4d_3c_b2_a1) return { little: false, resolution: 1 }
  return null
}
