import { serverTimeMetric } from '../server-time-metric.ts'

export const serverTtftDifference = serverTimeMetric('ttft', "Time to first token beyond the server's own")
