import type { Decoder, DecoderModule } from '../backends/backend.ts'
import { UserError } from '../errors.ts'
import type { LoadPlan } from './plan.ts'

/** Imports the plan's decoder module. Throws UserError when there is none or it exports no `createDecoder`. */
export async function loadDecoder(plan: LoadPlan['decoder']): Promise<() => Decoder> {
  let module: Partial<DecoderModule>
  try {
    module = (await import(plan.module)) as Partial<DecoderModule>
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new UserError(`decoder module ${plan.module} cannot be loaded: ${reason}`)
  }
  const { createDecoder } = module
  if (typeof createDecoder !== 'function') {
    throw new UserError(`decoder module ${plan.module} does not export a function createDecoder`)
  }
  return () => createDecoder(plan.options)
}
