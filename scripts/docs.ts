import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { metricDocs } from '../src/report/metric-docs.ts'

/** Writes the pages that are made from declarations. */
const docs = join(dirname(dirname(fileURLToPath(import.meta.url))), 'docs')
await mkdir(docs, { recursive: true })
await writeFile(join(docs, 'metrics.md'), metricDocs())
