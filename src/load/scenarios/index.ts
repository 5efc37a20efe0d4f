import type { Scenario } from '../plan.ts'
import { runClosedLoop } from './closed-loop.ts'
import type { RunScenario, ScenarioContext } from './scenario.ts'

export const scenarios = {
  closedLoop: runClosedLoop,
} as const satisfies { [K in Scenario['kind']]: RunScenario<Extract<Scenario, { kind: K }>> }

export function runScenario(scenario: Scenario, context: ScenarioContext): Promise<void> {
  return scenarios[scenario.kind](scenario, context)
}
