import type { PageData } from './data.ts'
import { byId } from './elements.ts'
import { makeSortable } from './sortable.ts'

/** The table of points sorts, filters, and opens a point's story by click or by the button in its row. */
export function setUpPointsTable(data: PageData, open: (point: number) => void): void {
  const table = byId('point-table') as HTMLTableElement
  makeSortable(table)
  const form = byId('filters') as HTMLFormElement
  form.hidden = false
  const rows = [...(table.tBodies[0]?.rows ?? [])].map((row) => ({
    row,
    text: searchText(row, data),
  }))
  const output = form.querySelector('output')
  const apply = () => {
    const of = (name: string) =>
      (form.elements.namedItem(name) as HTMLSelectElement | HTMLInputElement | null)?.value ?? ''
    const words = of('text').toLowerCase().split(/\s+/).filter(Boolean)
    let shown = 0
    for (const { row, text } of rows) {
      const { series = '', verdict = '', status = '' } = row.dataset
      const fits =
        (of('series') === '' || of('series') === series) &&
        (of('verdict') === '' || of('verdict') === verdict) &&
        (of('status') === '' || status.split(' ').includes(of('status'))) &&
        words.every((word) => text.includes(word))
      row.hidden = !fits
      if (fits) shown++
    }
    if (output !== null) {
      const points = rows.length === 1 ? '1 point' : `${rows.length.toLocaleString('en-US')} points`
      output.textContent = shown === rows.length ? points : `${shown.toLocaleString('en-US')} of ${points}`
    }
  }
  form.addEventListener('input', apply)
  form.addEventListener('submit', (event) => event.preventDefault())
  form.addEventListener('reset', () => setTimeout(apply))
  table.addEventListener('click', (event) => {
    const row = (event.target as Element).closest<HTMLElement>('tbody tr')
    if (row !== null) open(Number(row.dataset['point']))
  })
}

/** What a search looks at: the row, what is said against its point, and what failed. */
function searchText(row: HTMLTableRowElement, data: PageData): string {
  const point = data.points[Number(row.dataset['point'])]
  const said = point === undefined ? [] : [...point.reasons.map(({ text }) => text), point.failures, ...point.marks]
  const work = data.works[point?.work ?? 0] ?? ''
  return [...[...row.cells].map((cell) => cell.textContent), point?.load.long ?? '', work, ...said]
    .join(' ')
    .toLowerCase()
}
