import type { Scenario } from '../plan.ts'
import { runClosedLoop } from './closed-loop.ts'
import { runOpenLoop } from './open-loop.ts'
import type { RunScenario, ScenarioContext } from './scenario.ts'

export const scenarios = {
  closedLoop: runClosedLoop,
  openLoop: runOpenLoop,
} as const satisfies { [K in Scenario['kind']]: RunScenario<Extract<Scenario, { kind: K }>> }

export function runScenario(scenario: Scenario, context: ScenarioContext): Promise<void> {
  return (scenarios as Readonly<Record<Scenario['kind'], RunScenario<Scenario>>>)[scenario.kind](scenario, context)
}
