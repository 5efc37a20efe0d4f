import { printableLine } from '../printable.ts'

const longest = 300

/** A status's details on one line. Python's gRPC wraps those of a failed inner call in the outer one's: the innermost tell what happened. */
export function plainDetails(details: string): string {
  const inner = /\bdetails = "([\s\S]*?)"\s*debug_error_string/.exec(details)?.[1]
  if (inner !== undefined) return plainDetails(inner)
  return printableLine(
    details
      .replace(/^Exception calling application: /, '')
      .replace(/^No connection established\. Last error: (?:Error: )?/, '')
      .replace(/\.? *Resolution note: *$/, '')
      .replace(/\s*\(\d{4}-\d\d-\d\dT[\d:.]+Z\)/, ''),
  ).slice(0, longest)
}
