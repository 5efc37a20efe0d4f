import { existsSync } from 'node:fs'
import type { Point, ServerConfiguration } from '../plan/types.ts'
import { UserError } from '../errors.ts'
import { hashOf } from './canonical-json.ts'
import type { ResultFile } from './schema.ts'

/** All that affects a measurement. A change in any of it makes it another one. */
export interface MeasurementInputs {
  readonly configuration: ServerConfiguration
  readonly point: Point
  readonly model: string
  /** What runs: its command line without ports and other values drawn anew for each start; null for an endpoint. */
  readonly argv: readonly string[] | null
  readonly env: Readonly<Record<string, string>>
  /** What the server says of itself, its version among it. */
  readonly identity: Readonly<Record<string, unknown>>
  /** Values of the user's headers, hashed. */
  readonly headers: Readonly<Record<string, string>>
  /** Content of the prompts file. */
  readonly promptsSha256: string | null
  readonly programVersion: string
  /** The load generator rehearsed before its first point. */
  readonly rehearsed: boolean
  /** Host name, CPU, memory, GPUs. */
  readonly host: Readonly<Record<string, unknown>>
}

/**
 * Hash of the inputs, without what only names, judges or draws a point (labels, objectives, thresholds).
 */
export function pointHash(inputs: MeasurementInputs): string {
  const {
    label: _label,
    objectives: _objectives,
    thresholds: _thresholds,
    maxErrorRate: _,
    repeat: _repeat,
    ...point
  } = inputs.point
  const { backend, parameters, endpoint } = inputs.configuration
  const { model, argv, env, identity, headers, promptsSha256, programVersion, rehearsed, host } = inputs
  const address = endpoint && endpoint.baseUrl
  const server = { backend, parameters, address, model, argv, env, identity, headers, programVersion }
  return hashOf({ point, promptsSha256, server, host, rehearsed })
}

export type Kept =
  | { readonly kept: true; readonly file: ResultFile; readonly ageSeconds: number; readonly text: string }
  | { readonly kept: false; readonly reason: string }

/** Whether the sealed result at `path` stands for the point: whole, of the same hash, and valid or suspect. */
export async function findKept(path: string, hash: string, now: Date): Promise<Kept> {
  // Arrow is large, and most points are not looked for.
  const { readRecording } = await import('./read-recording.ts')
  const found = await readRecording(path).catch((error: unknown) => {
    if (error instanceof UserError) return error.message
    throw error
  })
  if (typeof found === 'string') {
    return { kept: false, reason: existsSync(path) ? found : 'not measured yet' }
  }
  const { file } = found
  const { point_hash, verdict, outcomes, anchor, moments } = file.servemark
  if (point_hash !== hash) return { kept: false, reason: 'measured under other conditions' }
  if (verdict.status === 'invalid') return { kept: false, reason: 'its verdict was invalid' }
  if (outcomes.ok === 0) return { kept: false, reason: 'no request of it was ok' }
  const measured = anchor.wall_s + (moments['measure_end_s'] ?? 0)
  const ageSeconds = Math.max(0, now.getTime() / 1000 - measured)
  return { kept: true, file, ageSeconds, text: `kept, measured ${age(ageSeconds)} ago` }
}

function age(seconds: number): string {
  const [value, unit] =
    seconds < 120
      ? [seconds, 's']
      : seconds < 7200
        ? [seconds / 60, 'min']
        : seconds < 172_800
          ? [seconds / 3600, 'h']
          : [seconds / 86_400, 'days']
  return `${Math.floor(value)} ${unit}`
}
