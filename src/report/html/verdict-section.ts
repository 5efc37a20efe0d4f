import type { ResultFile, VerdictStatus } from '../../result/schema.ts'
import { findingsOf, type Finding } from '../findings.ts'
import { formatCount } from '../format.ts'
import { verdictMarks } from '../table-row.ts'
import type { UnequalWork } from './best.ts'
import { html, type Html } from './html-text.ts'
import { familyWords } from './page-data.ts'

/** Findings above the fold; the others unfold. */
const shownFindings = 3

const statuses = ['valid', 'suspect', 'invalid'] as const

/** May the numbers be believed: an answer, how many points have which verdict, and everything said against them. */
export function verdictSection(results: readonly ResultFile[], unequal: readonly UnequalWork[]): Html {
  const counts = statuses.map((each) => ({
    status: each,
    count: results.filter((result) => result.servemark.verdict.status === each).length,
  }))
  const findings = [...findingsOf(results).map(findingItem), ...unequal.map(unequalItem)]
  return html`<section class="verdict ${tone(counts)}" aria-labelledby="verdict">
    <h2 id="verdict">May I believe it? <strong>${answer(counts)}</strong></h2>
    <div class="tally">
      ${tallyBar(counts, results.length)}
      <ul>
        ${counts.map(
          ({ status, count }) =>
            html`<li class="${status}">
              <span class="mark">${verdictMarks[status]}</span> <b>${formatCount(count)}</b> ${status}:
              ${meanings[status]}
            </li>`,
        )}
      </ul>
    </div>
    ${
      findings.length === 0
        ? null
        : html`<h3>What was found</h3>
            <ul class="list">
              ${findings.slice(0, shownFindings)}
            </ul>`
    }
    ${
      findings.length <= shownFindings
        ? null
        : html`<details>
            <summary>${formatCount(findings.length - shownFindings)} more</summary>
            <ul class="list">
              ${findings.slice(shownFindings)}
            </ul>
          </details>`
    }
  </section>`
}

export const meanings: Readonly<Record<VerdictStatus, string>> = {
  valid: 'nothing found against them',
  suspect: 'not proven, or not as planned: read why before you quote a number',
  invalid: 'not to be used',
}

type Counts = readonly { readonly status: VerdictStatus; readonly count: number }[]

const total = (counts: Counts) => counts.reduce((sum, { count }) => sum + count, 0)
const countOf = (counts: Counts, status: VerdictStatus) => counts.find((each) => each.status === status)?.count ?? 0

/** The colour of the whole: that of what the reader should do, not of the one worst point. */
function tone(counts: Counts): VerdictStatus {
  const all = total(counts)
  if (countOf(counts, 'valid') === all) return 'valid'
  return countOf(counts, 'invalid') * 2 > all ? 'invalid' : 'suspect'
}

function answer(counts: Counts): string {
  const all = total(counts)
  const of = (status: VerdictStatus) => countOf(counts, status)
  const points = all === 1 ? 'the one point is' : all === 2 ? 'both points are' : `all ${formatCount(all)} points are`
  if (of('valid') === all) return `Yes: ${points} valid.`
  if (of('invalid') === all) return `No: ${points} invalid.`
  if (of('suspect') === all) return `With care: ${points} suspect.`
  const share = (status: VerdictStatus) =>
    `${formatCount(of(status))} of ${formatCount(all)} points ${of(status) === 1 ? 'is' : 'are'} ${status}`
  if (of('invalid') * 2 > all) return `Mostly not: ${share('invalid')}.`
  if (of('valid') > 0) return `${of('valid') * 2 > all ? 'Mostly' : 'In part'}: ${share('valid')}.`
  return `Not all: ${share('invalid')}.`
}

/** How many have which verdict, as lengths. */
function tallyBar(counts: Counts, all: number): Html {
  let x = 0
  const parts = counts.flatMap(({ status, count }) => {
    if (count === 0) return []
    const width = (100 * count) / all
    x += width
    return [html`<rect class="${status}" x="${(x - width).toFixed(2)}" width="${width.toFixed(2)}" height="8"></rect>`]
  })
  return html`<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">${parts}</svg>`
}

function findingItem({ status, where, text, families }: Finding): Html {
  const touches =
    families.length === Object.keys(familyWords).length ? ['every figure'] : families.map((each) => familyWords[each])
  return html`<li class="${status}">
    <span class="mark">${verdictMarks[status]} ${status}</span> <b>${where}</b>: ${text}
    <span class="muted">Touches ${touches.join(', ')}.</span>
  </li>`
}

function unequalItem({ text }: UnequalWork): Html {
  return html`<li class="suspect">
    <span class="mark">≠ unequal</span> ${text}
    <span class="muted">Figures that depend on the work are not compared there.</span>
  </li>`
}
