import type { RealServer } from '../real-server.ts'
import { installAzureMl, uncounted } from './azure-ml.ts'

/** A scoring script that streams, which it may do where it writes the raw reply itself. */
export const azureMlStream: RealServer = {
  title: 'Azure ML inference server, streamed answers',
  install: async (workshop) => ({
    ...(await installAzureMl(workshop, 'score_stream.py')),
    sweeps: ['streamed'],
    counts: { streamed: uncounted },
    times: { kind: 'none', why: 'its header has the time to the beginning of the stream' },
  }),
}
