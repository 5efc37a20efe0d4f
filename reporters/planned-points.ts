import type { TestCase, TestModule } from 'vitest/node'
import type { LoadedBench } from '../src/plan/load-bench.ts'
import { formatAbout, plural } from '../src/report/format.ts'
import type { PlannedPoint } from './time-left.ts'

export const benchName = (name: string) => name.replace(/ \(bench\)$/, '')

/** The describe's name: the server configuration's label. */
export const suiteName = (test: TestCase) => (test.parent.type === 'suite' ? test.parent.name : '')

/** The points of a collected file that will run, in order. */
export function plannedPoints(module: TestModule, loaded: LoadedBench | undefined): PlannedPoint[] {
  const points: PlannedPoint[] = []
  for (const test of module.children.allTests()) {
    if (isSkipped(test)) continue
    const configuration = loaded?.configurations.find((each) => each.label === suiteName(test))
    const point = configuration?.points.find((each) => each.label === test.name)
    if (configuration && point) points.push({ configuration, point })
  }
  return points
}

export const isSkipped = (test: TestCase) => test.options.mode === 'skip' || test.options.mode === 'todo'

/** `4 points, 188 requests, about 1 min` */
export function describeWork(points: readonly PlannedPoint[], seconds: number | null): string {
  const requests = points.reduce((sum, { point }) => sum + point.requests, 0)
  const count = plural(points.length, 'point')
  const time = seconds === null ? [] : [formatAbout(seconds)]
  return [count, plural(requests, 'request'), ...time].join(', ')
}
