import type { DecoderModule } from '../backend.ts'

/** Stands where a backend that cannot run yet names its decoder. */
export const createDecoder: DecoderModule['createDecoder'] = () => {
  throw new Error('this backend has no decoder yet')
}
