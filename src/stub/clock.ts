/** CLOCK_MONOTONIC in nanoseconds as a double: comparable between processes of one machine. */
export function monotonicNs(): number {
  return Number(process.hrtime.bigint())
}
