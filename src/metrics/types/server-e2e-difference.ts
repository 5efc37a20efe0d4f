import { serverTimeMetric } from '../server-time-metric.ts'

export const serverE2eDifference = serverTimeMetric('e2e', "Latency beyond the server's own")
