import { setUpCharts } from './charts.ts'
import type { PageData } from './data.ts'
import { placeDefinitions } from './definitions.ts'
import { byId } from './elements.ts'
import { setUpPointsTable } from './points-table.ts'
import { openStory } from './requests.ts'
import { setUpTheme } from './theme.ts'

const data = JSON.parse(byId('data').textContent) as PageData
const open = (point: number) => openStory(data, point)

setUpTheme()
setUpPointsTable(data, open)
setUpCharts(data, open)
placeDefinitions()
setUpCopy()
openForPrint()

function setUpCopy(): void {
  for (const button of document.querySelectorAll<HTMLElement>('.copy')) {
    const [command, said] = [button.previousElementSibling, button.nextElementSibling]
    if (command === null || said === null) continue
    button.hidden = false
    button.addEventListener('click', () => {
      navigator.clipboard.writeText(command.textContent).then(
        () => {
          said.textContent = 'Copied'
          setTimeout(() => (said.textContent = ''), 2000)
        },
        () => {
          getSelection()?.selectAllChildren(command)
          said.textContent = 'Selected: copy it with the keyboard'
        },
      )
    })
  }
}

/** Paper unfolds nothing. */
function openForPrint(): void {
  const folded: HTMLDetailsElement[] = []
  addEventListener('beforeprint', () => {
    folded.push(...document.querySelectorAll<HTMLDetailsElement>('details:not([open])'))
    for (const each of folded) each.open = true
  })
  addEventListener('afterprint', () => {
    for (const each of folded.splice(0)) each.open = false
  })
}
