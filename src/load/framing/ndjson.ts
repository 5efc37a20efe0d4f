import { DelimitedFramer } from './delimited.ts'

/** One JSON text a line. */
export class NdjsonFramer extends DelimitedFramer {
  constructor() {
    super(10)
  }
}
