import { constants } from 'node:os'
import { realServers } from '../real-servers/index.ts'
import type { RealServer } from '../real-servers/real-server.ts'
import { visitTable } from '../real-servers/table.ts'
import { visit, type VisitReport } from '../real-servers/visit.ts'
import { realServersFolder, Workshop } from '../real-servers/workshop/workshop.ts'
import { exitOnUserError, UserError } from '../src/errors.ts'

/** The suite against real servers on this machine's CPU, one after the other. */
const servers: Readonly<Record<string, RealServer>> = realServers
const known = Object.keys(servers)
const help = `npm run test:real -- [NAME ...]

Makes real servers in ${realServersFolder()} (once; Python packages, several GB for all),
starts each by the suite, measures it, compares with what the server says of itself, disturbs, stops and kills it.
A server that cannot be made here is skipped. Exit code 1: a check failed, or nothing could be checked.

Known: ${known.join(', ')}`

function chosen(words: readonly string[]): readonly string[] {
  const unknown = words.find((word) => !known.includes(word))
  if (unknown !== undefined) throw new UserError(`test:real: no server "${unknown}"; known: ${known.join(', ')}`, 2)
  return words.length > 0 ? known.filter((name) => words.includes(name)) : known
}

await exitOnUserError(async () => {
  const words = process.argv.slice(2)
  if (words.includes('--help') || words.includes('-h')) return console.log(help)
  const ending = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      process.exitCode = 128 + constants.signals[signal]
      ending.abort(new UserError(`${signal}: stopping`))
    })
  }
  const { signal } = ending
  const names = chosen(words)
  const workshop = new Workshop({
    folder: realServersFolder(),
    signal,
    note: (line) => console.log(`  ...   ${line}`),
  })
  const reports: VisitReport[] = []
  for (const name of names) {
    const server = servers[name]
    if (server === undefined || signal.aborted) break
    const report = await visit({ name, server, workshop, signal, print: (line) => console.log(line) }).catch(
      (error: unknown) => {
        if (!signal.aborted) throw error
        return null
      },
    )
    if (report !== null) reports.push(report)
  }
  console.log(`\n${visitTable(reports)}`)
  if (signal.aborted) return
  const checked = reports.filter(({ outcome }) => outcome.kind === 'checked')
  const failed = checked.some(({ outcome }) => outcome.kind === 'checked' && outcome.failed > 0)
  process.exitCode = failed || checked.length === 0 ? 1 : 0
})
