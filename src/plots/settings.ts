import { classicGenerationRates, classicPromptRate } from '../metrics/classic/effective-throughput.ts'
import type { PlotSettings } from './plot.ts'

/** What the reporter draws with, and where no option says otherwise. */
export const defaultSettings: PlotSettings = {
  look: 'honest',
  configs: {},
  promptRate: classicPromptRate,
  generationRates: classicGenerationRates,
  skipped: null,
  clientsPerReplica: null,
  mostTimelines: 24,
  tell: () => {},
}
