import type { FloorErrors, ResultFile } from '../../result/schema.ts'
import { undefinedMark } from '../format.ts'
import { html, type Html } from './html-text.ts'
import { pointNames } from '../point-names.ts'

/** `0.12`, `1.3`, `14`: milliseconds of so many seconds */
function ms(seconds: number | null | undefined): string {
  return seconds == null ? undefinedMark : String(Number((seconds * 1000).toPrecision(2)))
}

/** `+0.02 to +0.3` */
function between(interval: { readonly low_s: number; readonly high_s: number } | undefined): string {
  if (interval === undefined) return undefinedMark
  const signed = (seconds: number) => (seconds > 0 ? `+${ms(seconds)}` : ms(seconds))
  return `${signed(interval.low_s)} to ${signed(interval.high_s)}`
}

const floorOf = (errors: FloorErrors | null | undefined) =>
  errors == null ? undefinedMark : `${ms(errors.p50_s)} / ${ms(errors.p99_s)}`

const columns: readonly (readonly [name: string, below: string, cell: (result: ResultFile) => string])[] = [
  ['TTFT p50', 'off by, ms', ({ servemark }) => between(servemark.accuracy.stated?.['ttft']?.p50)],
  ['TTFT p99', 'off by, ms', ({ servemark }) => between(servemark.accuracy.stated?.['ttft']?.p99)],
  ['ITL p50', 'off by, ms', ({ servemark }) => between(servemark.accuracy.stated?.['itl']?.p50)],
  ['ITL p99', 'off by, ms', ({ servemark }) => between(servemark.accuracy.stated?.['itl']?.p99)],
  ['E2E p50', 'off by, ms', ({ servemark }) => between(servemark.accuracy.stated?.['e2e_latency']?.p50)],
  [
    'canary',
    'p50 / p99, ms',
    ({ servemark: { accuracy } }) => `${ms(accuracy.in_situ?.p50_s)} / ${ms(accuracy.in_situ?.p99_s)}`,
  ],
  ['bound', 'p99, ms', ({ servemark }) => ms(servemark.accuracy.bound?.p99_s)],
  ['floor, chunks', 'p50 / p99, ms', ({ servemark }) => floorOf(servemark.accuracy.floor?.arrival)],
  ['floor, TTFT', 'p50 / p99, ms', ({ servemark }) => floorOf(servemark.accuracy.floor?.ttft)],
  ['floor, ITL', 'p50 / p99, ms', ({ servemark }) => floorOf(servemark.accuracy.floor?.itl)],
]

/** What each result says of its own error. Null where none says anything. */
export function accuracySection(results: readonly ResultFile[]): Html | null {
  const names = pointNames(results)
  const known = results.some(({ servemark: { accuracy } }) => accuracy.stated || accuracy.floor || accuracy.in_situ)
  if (!known) return null
  return html`<h2 id="accuracy">How exact the client was</h2>
    <div class="card scroll" tabindex="0" role="region" aria-label="Errors of the client by point">
      <table>
        <thead>
          <tr>
            <th scope="col" class="left">Point</th>
            ${columns.map(([name, below]) => html`<th scope="col">${name}<small>${below}</small></th>`)}
          </tr>
        </thead>
        <tbody>
          ${results.map(
            (result, at) =>
              html`<tr>
                <th scope="row" class="left">${names[at] ?? ''}</th>
                ${columns.map(([, , cell]) => html`<td>${cell(result)}</td>`)}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    <p class="muted">
      Off by: reported minus true lies in this interval in 95 of 100 cases. Canary: what the stamps of one more stream,
      whose send times are known, were off by while the point was measured. Bound: how late the load generator may have
      stamped for what it had to do, and for its wait for a core. Floor: what the same client is off by on streams of
      the same shape from a stub, after the point.
    </p>`
}
