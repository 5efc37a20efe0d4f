import type { PageSeries } from '../page/data.ts'
import { markPath } from '../page/mark-path.ts'
import { html, type Html } from './html-text.ts'

/** The marker of a series, as the curves draw it, beside its name. */
export function seriesMark({ color, shape }: PageSeries): Html {
  return html`<svg class="key" viewBox="-7 -7 14 14" aria-hidden="true">
    <path d="${markPath(shape, 5)}" fill="${color}"></path>
  </svg>`
}
