import { carriesToken, type RequestLog } from '../../stub/log.ts'
import type { StubOptions } from '../../stub/options.ts'
import { startStubProcess } from '../../stub/stub-process.ts'
import type { BenchStub, Schedule, Truth } from './bench-stub.ts'

type StubSchedule = NonNullable<StubOptions['schedule']>

function scheduleOf({ ttftMs, gapMs: itlMs, phase: kind }: Schedule): StubSchedule {
  return { kind, ttftMs, itlMs }
}

/** The stub of this project in a process of its own: it sends fewer chunks a second than the one in C. */
export async function startNodeStub(schedule: Schedule): Promise<BenchStub> {
  const stub = await startStubProcess({ schedule: scheduleOf(schedule), models: [], headers: 'withFirst' })
  return {
    pid: stub.pid,
    url: stub.url,
    async finish() {
      const { requests } = await stub.log()
      await stub.close()
      return truthOf(requests)
    },
  }
}

function truthOf(requests: readonly RequestLog[]): Truth {
  const chunks = requests.map(({ chunks: { kind, sentNs, dueNs } }) =>
    kind.flatMap((each, row) => (carriesToken(each) ? [{ sent: sentNs[row] ?? NaN, due: dueNs[row] ?? NaN }] : [])),
  )
  let length = 0
  const chunkStart = Float64Array.from(chunks, (each) => (length += each.length) - each.length)
  return {
    id: Float64Array.from(requests, ({ requestId }) => Number(requestId)),
    received: Float64Array.from(requests, ({ receivedNs }) => receivedNs),
    firstDue: Float64Array.from(chunks, (each) => each[0]?.due ?? NaN),
    chunkStart,
    sent: Float64Array.from(chunks.flat(), ({ sent }) => sent),
  }
}
