/** Makes the buttons in a table's head sort its rows, by click and keyboard: upwards, then downwards. Cells without a value go last. */
export function makeSortable(table: HTMLTableElement): void {
  const heads = [...table.querySelectorAll<HTMLElement>('thead th')]
  for (const [column, head] of heads.entries()) {
    const button = head.querySelector<HTMLElement>('button.sort')
    if (button === null) continue
    head.setAttribute('aria-sort', 'none')
    button.addEventListener('click', () => {
      const down = head.getAttribute('aria-sort') === 'ascending'
      for (const other of heads) if (other.hasAttribute('aria-sort')) other.setAttribute('aria-sort', 'none')
      head.setAttribute('aria-sort', down ? 'descending' : 'ascending')
      sortRows(table, column, down)
    })
  }
}

function sortRows(table: HTMLTableElement, column: number, down: boolean): void {
  const body = table.tBodies[0]
  if (body === undefined) return
  const rows = [...body.rows].map((row) => {
    const cell = row.cells[column]
    const text = cell?.dataset['sort'] ?? cell?.textContent ?? ''
    const number = text === '' ? Number.NaN : Number(text)
    return { row, text, number }
  })
  const sign = down ? -1 : 1
  rows.sort((a, b) => {
    const [lacksA, lacksB] = [a.text === '', b.text === '']
    if (lacksA || lacksB) return Number(lacksA) - Number(lacksB)
    if (Number.isNaN(a.number) || Number.isNaN(b.number))
      return sign * a.text.localeCompare(b.text, 'en', { numeric: true })
    return sign * (a.number - b.number)
  })
  body.append(...rows.map(({ row }) => row))
}
