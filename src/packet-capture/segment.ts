import { UserError } from '../errors.ts'
import type { Frame } from './pcap.ts'

/** The TCP segment of one frame. */
export interface Segment {
  readonly time: number
  /** `address:port` of each side. */
  readonly from: string
  readonly to: string
  readonly sequence: number
  readonly opens: boolean
  readonly payload: Buffer
}

const ethernet = 1
const raw = 101
const loopback = 0
const cooked = 113
const cooked2 = 276

/** Where the IP packet begins in a frame, by the file's link type. */
const packetStarts: Readonly<Record<number, number>> = {
  [ethernet]: 14,
  [raw]: 0,
  [loopback]: 4,
  [cooked]: 16,
  [cooked2]: 20,
}

const tcp = 6

/** Null for a frame that carries no TCP over IPv4 or IPv6. Throws UserError for a link type that is not known here. */
export function segmentOf(frame: Frame, linkType: number): Segment | null {
  const start = packetStarts[linkType]
  if (start === undefined)
    throw new UserError(`frames of link type ${linkType} cannot be read; capture with tcpdump -i lo`)
  const { bytes } = frame
  if (bytes.length <= start) return null
  const version = (bytes[start] ?? 0) >> 4
  if (version === 4) return segmentInIpv4(frame, start)
  if (version === 6) return segmentInIpv6(frame, start)
  return null
}

function segmentInIpv4({ time, bytes }: Frame, start: number): Segment | null {
  if (bytes.length < start + 20 || bytes[start + 9] !== tcp) return null
  const header = ((bytes[start] ?? 0) & 0xf) * 4
  const total = bytes.readUInt16BE(start + 2)
  // Segmentation offload leaves 0 here in packets beyond 64 KiB.
  const end = total === 0 ? bytes.length : Math.min(bytes.length, start + total)
  const address = (at: number) => [...bytes.subarray(at, at + 4)].join('.')
  return segmentAt(time, bytes, start + header, end, address(start + 12), address(start + 16))
}

function segmentInIpv6({ time, bytes }: Frame, start: number): Segment | null {
  if (bytes.length < start + 40 || bytes[start + 6] !== tcp) return null
  const length = bytes.readUInt16BE(start + 4)
  const end = length === 0 ? bytes.length : Math.min(bytes.length, start + 40 + length)
  const address = (at: number) => `[${bytes.toString('hex', at, at + 16)}]`
  return segmentAt(time, bytes, start + 40, end, address(start + 8), address(start + 24))
}

function segmentAt(
  time: number,
  bytes: Buffer,
  start: number,
  end: number,
  source: string,
  target: string,
): Segment | null {
  if (end < start + 20) return null
  const header = ((bytes[start + 12] ?? 0) >> 4) * 4
  return {
    time,
    from: `${source}:${bytes.readUInt16BE(start)}`,
    to: `${target}:${bytes.readUInt16BE(start + 2)}`,
    sequence: bytes.readUInt32BE(start + 4),
    opens: ((bytes[start + 13] ?? 0) & 0x02) !== 0,
    payload: bytes.subarray(Math.min(end, start + header), end),
  }
}
