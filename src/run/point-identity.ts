import { createHash, scryptSync } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Point } from '../plan/types.ts'
import { collectEnvironment, hostOf } from '../result/environment.ts'
import { resultName, resultPaths } from '../result/names.ts'
import { pointHash } from '../result/resume.ts'
import { namedPoint } from './named-point.ts'
import type { PointMeasurement } from './point-measurement.ts'

/** The name of the point's files, without their endings. */
export const nameOf = ({ configuration, point, ready }: PointMeasurement) =>
  resultName(namedPoint(configuration, point, ready.probe.model))

/** What tells this point from every other: its files, its hash, and where it was measured. */
export async function identify(given: PointMeasurement) {
  const { configuration, point, ready, context } = given
  const { session, probe } = ready
  const environment = await collectEnvironment()
  const launched = session.kind === 'launched' ? session.servers[0].launch : null
  const hash = pointHash({
    configuration: given.redactor.value(configuration),
    point: given.redactor.value(point),
    model: probe.model,
    argv: launched ? withoutPorts(launched.argv) : null,
    env: given.redactor.value(launched?.env ?? {}),
    identity: {
      ...given.redactor.value(probe.identity),
      version: probe.version,
      maxModelLength: probe.maxModelLength,
      // Its address has a port that is drawn anew for each start.
      capabilities: { ...probe.capabilities, tokenizeUrl: probe.capabilities.tokenizeUrl !== null },
    },
    headers: hiddenHeaders(configuration.endpoint?.headers ?? {}),
    promptsSha256: await promptsHash(point),
    programVersion: JSON.stringify(environment['servemark'] ?? null),
    rehearsed: context.rehearsed,
    host: hostOf(environment),
  })
  const paths = resultPaths(context.outDirectory, configuration.resultLabel, nameOf(given))
  return { paths, hash, environment }
}

/**
 * Headers may choose another deployment, so that a point depends on their values, and may be secret: a slow hash tells
 * two apart and gives none away.
 */
function hiddenHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const hide = (value: string) => scryptSync(value, 'servemark', 16).toString('hex')
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, hide(value)]))
}

/** Of the prompts file's content: its name says nothing. Null without one; an unreadable one is told when it is read. */
async function promptsHash({ promptsFile }: Point): Promise<string | null> {
  if (promptsFile === null) return null
  const content = await readFile(promptsFile).catch(() => null)
  return content && createHash('sha256').update(content).digest('hex')
}

/** Ports are drawn anew for each start and change nothing that is measured. */
function withoutPorts(argv: readonly string[]): string[] {
  return argv.map((word, index) => (/^--?port$/.test(argv[index - 1] ?? '') ? '*' : word))
}
