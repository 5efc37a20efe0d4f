import { DelimitedFramer } from './delimited.ts'

/** JSON texts, each followed by a zero byte (vLLM's older API server). */
export class NulJsonFramer extends DelimitedFramer {
  constructor() {
    super(0)
  }
}
