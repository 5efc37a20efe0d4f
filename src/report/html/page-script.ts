import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'

/** The page's own files, each after those it imports. */
const files = [
  'figure-text.ts',
  'scale.ts',
  'elements.ts',
  'mark-path.ts',
  'story.ts',
  'sortable.ts',
  'points-table.ts',
  'requests.ts',
  'chart.ts',
  'charts.ts',
  'definitions.ts',
  'theme.ts',
  'main.ts',
] as const

const folder = new URL('../page/', import.meta.url)

/**
 * The page's files as one script for an inline element: types stripped, imports and exports taken away, since all names
 * live in one block. A name that two files declare is a syntax error of that block.
 */
export function pageScript(): string {
  made ??= link()
  return made
}

let made: string | null = null

function link(): string {
  const parts = files.map((file) =>
    withoutWarning(() => stripTypeScriptTypes(readFileSync(new URL(file, folder), 'utf8')))
      .replaceAll(/^import\b[^;]*?from '\.\/[\w-]+\.ts'$/gm, '')
      .replaceAll(/^export (?=const|function|class)/gm, '')
      .replaceAll(/[ \t]+$/gm, '')
      .replaceAll(/\n{2,}/g, '\n'),
  )
  return `'use strict'\n{\n${parts.join('\n')}\n}`
}

export const pageStyle = () => readFileSync(new URL('report.css', folder), 'utf8')

/** Node calls its stripping of types experimental, on the terminal of whoever wants a report. */
function withoutWarning<Result>(strip: () => Result): Result {
  // oxlint-disable-next-line typescript/unbound-method -- it is put back as it was
  const { emitWarning } = process
  process.emitWarning = () => {}
  try {
    return strip()
  } finally {
    process.emitWarning = emitWarning
  }
}
